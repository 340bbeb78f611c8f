//! What is expected of a bot.

use super::Desk;

/// One expectation, and what becomes of it when the README's bot has run.
fn judged(desk: &Desk, expectation: &str) -> super::Ended {
    let file = desk.file("expect.toml", &format!("[[calls]]\n{expectation}\n"));
    desk.play(&["--expect", &file.to_string_lossy()], &desk.bot("import asyncio", "import asyncio"))
}

#[test]
fn a_call_that_did_not_arrive_fails_and_what_came_nearest_is_named() {
    let desk = Desk::new();
    let ended =
        judged(&desk, "path = \"/v1/runtime/search_memory\"\ncaller = \"ann\"\nbody = { query = \"*sandals*\" }");
    assert_eq!(ended.code, Some(99), "{ended:?}");
    assert!(ended.stderr.starts_with("FAIL: 1 of 1 expectations were not met;"), "{ended:?}");
    let nearest =
        "nearest: POST /v1/runtime/search_memory of ann; body.query is \"Where are my boots?\", not \"*sandals*\"";
    assert!(ended.stderr.contains(nearest), "{ended:?}");
}

#[test]
fn a_call_that_must_not_come_fails_where_it_comes() {
    let desk = Desk::new();
    let ended = judged(&desk, "path = \"/v1/voice-sdk/bootstrap\"\ncount = 0");
    assert_eq!(ended.code, Some(99), "{ended:?}");
    assert!(ended.stderr.contains("came once, wanted never"), "{ended:?}");
}

#[test]
fn a_double_that_is_stopped_judges_what_came_until_then() {
    let desk = Desk::new();
    let file = desk.file("expect.toml", "[[calls]]\npath = \"/v1/voice-sdk/events\"\n");
    let arguments = ["--format", "json", "--expect", &file.to_string_lossy()];
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM, rustix::process::Signal::HUP] {
        let ended = desk.serve(&arguments).end(signal);
        assert_eq!(ended.code, Some(99), "{ended:?}");
        let verdict: serde_json::Value = serde_json::from_str(&ended.stdout).expect("it is JSON");
        assert_eq!((&verdict["verdict"], &verdict["expectations"][0]["came"]), (&"fail".into(), &0.into()));
    }
    desk.assert_clean();
}
