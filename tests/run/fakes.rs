//! Executables that are no runtimes, or bad ones.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use crate::rig::Rig;
use crate::scripts;

/// A shell script in the rig's folder.
pub(crate) fn script(rig: &Rig, body: &str) -> PathBuf {
    let file = rig.path("fake-runtime");
    scripts::write(&file, body);
    file
}

/// The mock, with something done to its environment first.
pub(crate) fn mock_after(rig: &Rig, preparation: &str) -> PathBuf {
    let program = env!("CARGO_BIN_EXE_busyhour");
    script(rig, &format!("{preparation}\nexec {program} {}", busyhour::run::EMBEDDED_RUNTIME))
}

/// A runtime that reports to no witness and sees no end of the program, as a real one may not: its parent is a shell.
pub(crate) fn deaf_runtime(rig: &Rig) -> PathBuf {
    let program = env!("CARGO_BIN_EXE_busyhour");
    let start = format!("{program} {} < /dev/null &", busyhour::run::EMBEDDED_RUNTIME);
    script(rig, &format!("unset BUSYHOUR_WITNESS BUSYHOUR_LIFELINE\n{start}\nwait"))
}

/// A web server that has nothing to do with voice: this very test binary, playing [`answers_html`].
pub(crate) fn web_server(rig: &Rig) -> PathBuf {
    let tests = std::env::current_exe().expect("a running program knows its file");
    script(rig, &format!("PLAYS_WEB_SERVER=1 exec {} --exact fakes::answers_html", tests.display()))
}

/// The web server where [`web_server`] has started this binary as such, under the runtimes' environment contract;
/// nothing in a run of tests.
#[test]
fn answers_html() {
    if std::env::var_os("PLAYS_WEB_SERVER").is_none() {
        return;
    }
    let address = std::env::var("MEMOAIR_RUNTIME_BIND_ADDR").expect("the client sets it");
    let listener = TcpListener::bind(address).expect("the port is free");
    for connection in listener.incoming().flatten() {
        let mut connection = connection;
        // Neither a short request nor a peer that has gone away concerns a fake.
        let _ = connection.read(&mut [0; 4096]);
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>");
    }
}
