//! What cannot be done is said before anything starts.

use super::{Desk, Ended};

#[track_caller]
fn assert_refused(desk: &Desk, arguments: &[&str], code: i32, says: &[&str]) {
    let ended = Ended::of(&desk.mock(arguments).output().expect("it can be started"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
    for words in says {
        assert!(ended.stderr.contains(words), "no {words:?} in {}", ended.stderr);
    }
    desk.assert_clean();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = taken.local_addr().expect("it listens").port().to_string();
    assert_refused(&desk, &["--port", &port], 1, &[&format!("127.0.0.1:{port}"), "choose a free port"]);
}

#[test]
fn files_that_make_no_sense_are_shown_where_they_go_wrong() {
    let desk = Desk::new();
    let seed = desk.file("seed.toml", "[[projects]]\nid = \"p\"\nagnets = [\"a\"]\n");
    let expect = desk.file("expect.json", "{\"calls\": [\n  {\"pth\": \"/x\"}]}");
    let (seed, expect) = (seed.to_string_lossy(), expect.to_string_lossy());
    assert_refused(
        &desk,
        &["--seed-file", &seed],
        2,
        &["seed.toml:3:1", "unknown key `agnets`", "did you mean `agents`?"],
    );
    assert_refused(&desk, &["--expect", &expect], 2, &["expect.json:2:4", "unknown key `pth`", "did you mean `path`?"]);
    assert_refused(&desk, &["--seed-file", "/nowhere/seed.toml"], 2, &["/nowhere/seed.toml can't be read"]);
}

#[test]
fn an_index_that_no_cloud_would_take_is_named() {
    let desk = Desk::new();
    let documents = vec!["\"One.\""; 101].join(", ");
    let head = "[[projects]]\nid = \"p\"\nagents = [\"a\"]\n[[projects.indexes]]\nname = \"faq\"\n";
    let seed = desk.file("seed.toml", &format!("{head}documents = [{documents}]\n"));
    assert_refused(
        &desk,
        &["--seed-file", &seed.to_string_lossy()],
        2,
        &["the index `faq` of project `p`", "101 documents"],
    );
}
