//! A runtime with manners of the test's choosing: the test binary itself, started again.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use busyhour::client::Executable;
use mock_runtime::wire::environment::{BIND_ADDR, PROJECT_ID, USER_ID};
use mock_runtime::wire::loopback::HEALTH;
use serde_json::{Value, json};

use super::arguments_to_play;

/// This test binary as a runtime. `manners` maps paths to answers: `[status, body]`, or `"close"` (the connection
/// breaks), `"hang"` (no answer ever) or `"exit"` (the process ends). Paths it does not name are answered 200 `{}`, and
/// health as a good runtime does.
pub(crate) fn peer(manners: &Value) -> Executable {
    Executable {
        path: std::env::current_exe().expect("a test binary knows where it is"),
        arguments: arguments_to_play("rig::peer::peer_process").map(Into::into).into(),
        variables: vec![(MANNERS.into(), manners.to_string().into())],
    }
}

/// Not a test: the peer, in a re-executed test binary.
#[test]
fn peer_process() {
    let Ok(manners) = std::env::var(MANNERS) else { return };
    let manners: Value = serde_json::from_str(&manners).expect("the test wrote JSON");
    let variable = |name| std::env::var(name).expect("the client sets it");
    let listener = TcpListener::bind(variable(BIND_ADDR)).expect("the client gave a free port");
    let health = json!({ "workspaceId": variable(PROJECT_ID), "userId": variable(USER_ID) }).to_string();
    for stream in listener.incoming() {
        let mut stream = stream.expect("somebody connects");
        let path = path_of_request(&mut stream);
        let usual = if path == HEALTH { &health } else { "{}" };
        match &manners[path] {
            Value::Null => answer(&mut stream, 200, usual),
            Value::Array(answered) => {
                let status = answered[0].as_u64().expect("a status is a number");
                answer(&mut stream, status, answered[1].as_str().expect("a body is text"));
            }
            manner => match manner.as_str() {
                Some("close") => {}
                Some("exit") => std::process::exit(3),
                _ => std::thread::park(),
            },
        }
    }
}

/// Reads one whole request.
fn path_of_request(stream: &mut TcpStream) -> String {
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split_once("content-length: ").map_or(0, |(_, rest)| {
                rest.lines().next().and_then(|length| length.parse().ok()).expect("a length is a number")
            });
            if body.len() >= length {
                return head.split(' ').nth(1).expect("a request has a path").to_owned();
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return String::new(),
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
}

fn answer(stream: &mut TcpStream, status: u64, body: &str) {
    let head = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    // Whoever asked may have given up.
    stream.write_all((head + body).as_bytes()).ok();
}

const MANNERS: &str = "BUSYHOUR_TEST_PEER_MANNERS";
