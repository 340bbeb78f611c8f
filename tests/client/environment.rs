//! The environment of the process that owns a client: what of it counts, and what must not.

use std::net::TcpListener;
use std::process::Stdio;

use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::environment::{MODE, TOKEN};
use mock_runtime::wire::loopback::HEALTH;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::rig::*;

#[test]
fn a_proxy_in_the_environment_sees_nothing_of_what_stays_on_this_host() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    proxy.set_nonblocking(true).expect("a listener can be asked");
    let address = format!("http://{}", proxy.local_addr().expect("it is bound"));
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    play("environment::turn_process", names.map(|name| (name, address.as_str())).as_slice());
    assert!(proxy.accept().is_err(), "somebody asked the proxy");
}

#[test]
fn a_runtime_token_or_mode_in_the_environment_is_not_inherited() {
    play("environment::turn_process", &[(TOKEN, "a token the client does not know"), (MODE, "org_only")]);
}

#[test]
fn a_process_without_descriptors_says_so_and_recovers() {
    play("environment::descriptor_process", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_the_client_was_given_is_demanded_and_sent() {
    let rig = Rig::new();
    let client = rig.client_with(1, &Behaviour::default()).runtime_token("s3cret").build().expect("fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    let url = format!("http://127.0.0.1:{}{HEALTH}", rig.first_port);
    let stranger = reqwest::Client::builder().no_proxy().build().expect("a client can be made");
    let refused = stranger.get(url).send().await.expect("it answers");
    assert_eq!(refused.status(), 401);
    client.close().await;
    assert_no_process(&rig);
}

/// Not a test: a process of a given environment that owns a client, in a re-executed test binary.
#[tokio::test(flavor = "multi_thread")]
async fn turn_process() {
    if std::env::var_os(PLAY).is_none() {
        return;
    }
    let rig = Rig::new();
    let client = rig.client(1).build().expect("fine");
    let memory = client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    assert!(memory.profile.is_some(), "org-only mode knows nobody");
    let saved = client.save_response("hello", "hi", &user("ann"), &busyhour::client::SaveOptions::default()).await;
    assert!(saved.expect("accepted").is_some());
    client.list_indexes().await.expect("listed");
    client.close().await;
    assert_no_process(&rig);
}

/// Not a test: a process that runs out of descriptors, in a re-executed test binary.
#[tokio::test(flavor = "multi_thread")]
async fn descriptor_process() {
    if std::env::var_os(PLAY).is_none() {
        return;
    }
    let rig = Rig::new();
    let client = rig.client(2).build().expect("fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    let usual = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(3), ..usual }).expect("a limit can be lowered");
    let error = client.search_memory("hello", &user("bob"), &patient()).await.expect_err("nothing can be opened");
    setrlimit(Resource::Nofile, usual).expect("and raised again");
    assert_eq!(error.code(), "runtime.start_failed", "{error}");
    assert!(error.to_string().contains("Too many open files"), "{error}");
    client.search_memory("hello", &user("bob"), &patient()).await.expect("slot and port are there again");
    client.close().await;
    assert_no_process(&rig);
}

/// Runs one of the tests that are none in a process of its own.
fn play(process: &str, environment: &[(&str, &str)]) {
    let mut command = played(process);
    command.env(PLAY, "1").envs(environment.iter().copied());
    for name in ["NO_PROXY", "no_proxy"] {
        command.env_remove(name);
    }
    let output = command.stdin(Stdio::null()).output().expect("a test binary can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    // A name that nobody bears is no failure to a test binary: it runs nothing, and all is well.
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

const PLAY: &str = "BUSYHOUR_TEST_PLAY";
