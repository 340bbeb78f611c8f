use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::mock::call::Place;

fn expect(text: &str) -> Expectations {
    document::parse::<Typed>(Path::new("expect.toml"), text).map(Expectations::from).expect("it is sound")
}

fn call(path: &str, caller: &str, body: Value) -> Call {
    Call {
        place: Place::Cloud,
        method: "POST".to_owned(),
        path: path.to_owned(),
        project: Some("proj".to_owned()),
        agent: Some("agent".to_owned()),
        caller: Some(caller.to_owned()),
        headers: BTreeMap::from([("x-agent-id".to_owned(), "agent".to_owned())]),
        body,
        status: Some(200),
    }
}

/// Whether the only expectation is met by these calls.
fn is_met(text: &str, calls: &[Call]) -> bool {
    let mut expectations = expect(text);
    for call in calls {
        expectations.hear(call);
    }
    let judged = expectations.judge();
    assert_eq!(judged.len(), 1, "{judged:?}");
    judged[0].ok
}

#[test]
fn every_condition_can_be_met_and_missed() {
    let came = [call("/v1/x?y=1", "ann", json!({ "query": "my boots", "k": 3 }))];
    for (met, missed) in [
        ("method = \"POST\"", "method = \"GET\""),
        ("path = \"/v1/x\"", "path = \"/v1/y\""),
        ("path = \"/v1/x?y=1\"", "path = \"/v1/x?y=2\""),
        ("path = \"*\"", "path = \"/v2/*\""),
        ("project = \"proj\"", "project = \"proj_2\""),
        ("agent = \"a*\"", "agent = \"b*\""),
        ("caller = \"a?n\"", "caller = \"a?\""),
        ("headers = { X-Agent-Id = \"agent\" }", "headers = { X-Agent-Id = \"other\" }"),
        ("headers = { X-Agent-Id = \"*\" }", "headers = { X-User-Id = \"*\" }"),
        ("body = { query = \"*boots*\" }", "body = { query = \"*shoes*\" }"),
        ("body = { k = 3 }", "body = { k = 4 }"),
        ("body = { k = 3.0 }", "body = { k = \"3\" }"),
        ("body = {}", "body = { other = 1 }"),
        ("status = 200", "status = 404"),
    ] {
        assert!(is_met(&format!("[[calls]]\n{met}\n"), &came), "{met}");
        assert!(!is_met(&format!("[[calls]]\n{missed}\n"), &came), "{missed}");
    }
}

#[test]
fn counts_say_how_often() {
    let came = vec![call("/x", "ann", Value::Null); 2];
    for (count, ok) in [
        ("", true),
        ("count = 2", true),
        ("count = 1", false),
        ("count = 0", false),
        ("at_least = 2", true),
        ("at_least = 3", false),
        ("at_most = 2", true),
        ("at_most = 1", false),
        ("at_least = 1\nat_most = 2", true),
    ] {
        assert_eq!(is_met(&format!("[[calls]]\npath = \"/x\"\n{count}\n"), &came), ok, "{count}");
    }
    assert!(!is_met("[[calls]]\npath = \"/x\"\n", &[]));
    assert!(is_met("[[calls]]\npath = \"/x\"\nat_most = 3\n", &[]));
}

#[test]
fn a_list_holds_what_is_wanted_somewhere() {
    let events =
        json!({ "events": [{ "kind": "session_start" }, { "kind": "turn", "body": { "userText": "hello" } }] });
    let came = [call("/e", "ann", events)];
    assert!(is_met("[[calls]]\nbody = { events = [{ kind = \"turn\", body = { userText = \"h*\" } }] }\n", &came));
    assert!(!is_met("[[calls]]\nbody = { events = [{ kind = \"session_start\", body = {} }] }\n", &came));
}

#[test]
fn the_nearest_call_is_the_one_with_the_same_path_and_least_wrong() {
    let mut expectations = expect("[[calls]]\npath = \"/search\"\ncaller = \"ann\"\nbody = { query = \"boots\" }\n");
    for heard in [
        call("/other", "ann", json!({ "query": "boots" })),
        call("/search", "bob", json!({ "query": "shoes" })),
        call("/search", "ann", json!({ "query": "sandals" })),
        call("/search", "bob", json!({ "query": "boots" })),
    ] {
        expectations.hear(&heard);
    }
    let judged = expectations.judge();
    let nearest = judged[0].nearest.as_ref().expect("something came");
    assert_eq!(nearest.call, "POST /search of ann");
    assert_eq!(nearest.misses, ["body.query is \"sandals\", not \"boots\""]);
    assert_eq!(
        (judged[0].about.as_str(), judged[0].wanted.as_str()),
        ("any call /search of ann with {\"query\":\"boots\"}", "at least 1")
    );
}

#[test]
fn files_that_expect_nonsense_are_refused_with_a_remedy() {
    for (text, what, remedy) in [
        ("calls = []", "nothing is expected", "at least one call"),
        ("[[calls]]\npaths = \"/x\"", "unknown key `paths`", "did you mean `path`?"),
        ("[[calls]]\nabout = \"x\"", "any call would do", "say method, path"),
        ("[[calls]]\npath = \"v1/x\"", "no call has the path `v1/x`", "begin it with `/`"),
        ("[[calls]]\nmethod = \"PSOT\"", "unknown value `PSOT`", "did you mean `POST`?"),
        ("[[calls]]\npath = \"/x\"\ncount = 1\nat_least = 1", "`count` says already", "leave it out"),
        ("[[calls]]\npath = \"/x\"\nat_least = 2\nat_most = 1", "`at_least` is above `at_most`", "exchange them"),
        ("[[calls]]\npath = \"/x\"\ncount = -1", "expected a whole number", "write a value of the type"),
    ] {
        let error = document::parse::<Typed>(Path::new("expect.toml"), text).expect_err(text);
        let help = miette::Diagnostic::help(&error).expect("there is a remedy").to_string();
        assert!(error.to_string().contains(what) && help.contains(remedy), "{text}: {error}; {help}");
    }
}
