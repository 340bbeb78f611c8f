//! The six endpoints.

use mock_runtime::behaviour::{Behaviour, UnknownSession};
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::cloud::{Chunk, Fact, Projection};
use mock_runtime::wire::environment;
use mock_runtime::wire::loopback::{
    HEALTH, Profile, SEARCH_MEMORY, SESSION_END, SESSION_START, SYNC_FLUSH, TURN_AFTER,
};
use mock_runtime::witness;
use serde_json::{Value, json};

use crate::world::{Cloud, Harness, Launch, disk};

/// What the cloud knows of Ann.
fn ann() -> Projection {
    let fact = |id: &str, text: &str| Fact { memory_id: id.into(), text: text.into() };
    let chunk = |id: &str, text: &str| Chunk { doc_id: "faq".into(), chunk_id: id.into(), text: text.into() };
    Projection {
        snapshot: true,
        sync_token: "token-1".into(),
        permanent_manifest_version: 4,
        org_manifest_version: 9,
        profile: Some(Profile { version: 3, summary: "Ann, customer since 2019.".into() }),
        permanent: vec![fact("m1", "Returned hiking boots in March."), fact("m2", "Allergic to hazelnuts.")],
        org: vec![chunk("c1", "Boots can be returned within 30 days."), chunk("c2", "We are closed on Sundays.")],
    }
}

#[tokio::test]
async fn a_call_goes_through_all_six_endpoints() {
    let (disk, cloud) = (disk(), Cloud::with(ann()).await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();

    let health = runtime.health().await;
    assert_eq!(
        (&health["status"], &health["workspaceId"], &health["userId"]),
        (&json!("ok"), &json!("p"), &json!("ann"))
    );
    assert_eq!((&health["boot"], &health["activeSessions"]), (&json!("cold"), &health["active_sessions"]));
    assert!(health["uptimeMs"].is_u64() && health["uptimeMs"] == health["uptime_ms"]);

    let started = runtime.start_session("s1").await;
    assert_eq!(started["sessionId"], "s1");
    let bootstrap = &started["bootstrap"];
    assert_eq!((&bootstrap["profileVersion"], &bootstrap["syncToken"]), (&json!(3), &json!("token-1")));
    assert_eq!((&bootstrap["permanentManifestVersion"], &bootstrap["orgManifestVersion"]), (&json!(4), &json!(9)));
    assert_eq!(bootstrap["budgets"]["contextCharCap"], 8000);

    let saved = runtime.save("s1", "t1", "What about my boots?").await;
    assert_eq!(saved["status"], "ok");

    let memory = runtime.search("s1", "boots").await;
    assert_eq!(
        memory["contextText"],
        "## profile\nAnn, customer since 2019.\n\n## working\n- Caller: What about my boots? Agent: Noted.\n\n\
         ## permanent\n- Returned hiking boots in March.\n\n## org\n- Boots can be returned within 30 days."
    );
    assert_eq!(memory["profile"], json!({"version": 3, "summary": "Ann, customer since 2019."}));
    assert_eq!((&memory["permanent"][0]["memoryId"], &memory["org"][0]["docId"]), (&json!("m1"), &json!("faq")));
    assert_eq!(memory["trace"]["lanesUsed"], json!(["profile", "working", "permanent", "org"]));
    assert_eq!(memory["sources"].as_array().map(Vec::len), Some(4));

    let ended = runtime.ok(SESSION_END, json!({"sessionId": "s1", "reason": "completed"})).await;
    assert_eq!((&ended["status"], &ended["pendingOutbox"]), (&json!("ok"), &json!(0)));
    let path = |name: &str| started["paths"][name].as_str().expect("a path").to_owned();
    let lines = std::fs::read_to_string(path("sessionJsonl")).expect("written");
    assert_eq!(serde_json::from_str::<Value>(&lines).expect("one line")["turnId"], "t1");
    let brief = std::fs::read_to_string(path("workingBrief")).expect("written");
    assert_eq!(serde_json::from_str::<Value>(&brief).expect("JSON")["turns"], 1);

    let flushed = runtime.ok(SYNC_FLUSH, json!({"deadlineMs": 5000})).await;
    assert_eq!(flushed, json!({"flushed": 0, "remaining": 0}));
    let kinds: Vec<String> = cloud.known().events.iter().map(|event| event.kind.clone()).collect();
    assert_eq!(kinds, ["session_start", "turn", "session_end"]);
}

#[tokio::test]
async fn a_search_never_calls_the_cloud() {
    let (disk, cloud) = (disk(), Cloud::with(ann()).await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    runtime.ok(SYNC_FLUSH, json!({})).await;
    let before = cloud.calls();
    runtime.search("s1", "boots").await;
    assert_eq!(cloud.calls(), before);
}

#[tokio::test]
async fn every_refusal_is_in_the_envelope_and_names_what_is_wrong() {
    let disk = disk();
    let runtime = Launch::on(disk.path()).start();
    runtime.start_session("s1").await;
    let wrong = [
        ("POST", SESSION_START, "", 400, "runtime.bad_request", "."),
        ("POST", SESSION_START, "[1", 400, "runtime.bad_request", "."),
        ("POST", SESSION_START, "{\"workspaceId\":\"p\",\"userId\":\"ann\"}", 400, "runtime.bad_request", "sessionId"),
        ("POST", SESSION_START, "{\"sessionId\":\"s\",\"userId\":\"ann\"}", 400, "runtime.bad_request", "workspaceId"),
        ("POST", SESSION_START, "{\"sessionId\":\"s\",\"workspaceId\":\"p\"}", 400, "runtime.bad_request", "userId"),
        ("POST", SEARCH_MEMORY, "{\"sessionId\":\"s1\"}", 400, "runtime.bad_request", "query"),
        ("POST", SEARCH_MEMORY, "{\"sessionId\":\"s1\",\"query\":7}", 400, "runtime.bad_request", "query"),
        (
            "POST",
            SEARCH_MEMORY,
            "{\"sessionId\":\"s1\",\"query\":\"q\",\"lanes\":[\"x\"]}",
            400,
            "runtime.bad_request",
            "lanes",
        ),
        (
            "POST",
            SEARCH_MEMORY,
            "{\"sessionId\":\"s1\",\"query\":\"q\",\"topK\":{\"x\":1}}",
            400,
            "runtime.bad_request",
            "topK",
        ),
        ("POST", TURN_AFTER, "{\"userText\":\"hello\"}", 400, "runtime.bad_request", "sessionId"),
        ("POST", TURN_AFTER, "{\"sessionId\":\"s1\",\"toolCalls\":3}", 400, "runtime.bad_request", "toolCalls"),
        ("POST", SYNC_FLUSH, "{\"deadlineMs\":-1}", 400, "runtime.bad_request", "deadlineMs"),
        ("GET", "/v1/runtime/nothing", "", 404, "not_found", ""),
        ("GET", SESSION_END, "", 405, "method_not_allowed", ""),
        ("POST", HEALTH, "", 405, "method_not_allowed", ""),
    ];
    for (method, path, body, status, code, field) in wrong {
        let (got, answer) = runtime.call(method, path, None, Some(body)).await;
        let error = &answer["error"];
        assert_eq!((got, error["code"].as_str()), (status, Some(code)), "{method} {path} {body}: {answer}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()) && error["details"].is_object());
        assert_eq!(error["details"]["field"].as_str().unwrap_or(""), field, "{answer}");
    }
    let announced = format!("POST {TURN_AFTER} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000000\r\n\r\n");
    let answer = runtime.raw(&announced).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("runtime.bad_request"), "{answer}");
    assert_eq!(runtime.health().await["activeSessions"], 1, "and it goes on");
}

#[tokio::test]
async fn the_bearer_is_demanded_on_every_call() {
    let disk = disk();
    let runtime = Launch::on(disk.path()).with(environment::TOKEN, "secret").start();
    for bearer in [None, Some("wrong")] {
        for path in [SESSION_START, SEARCH_MEMORY, TURN_AFTER, SESSION_END, SYNC_FLUSH, "/elsewhere"] {
            let (status, answer) = runtime.call("POST", path, bearer, Some("{}")).await;
            assert_eq!((status, &answer["error"]["code"]), (401, &json!("runtime.unauthorized")), "{path}");
        }
        assert_eq!(runtime.call("GET", HEALTH, bearer, None).await.0, 401);
    }
    assert_eq!(runtime.call("GET", HEALTH, Some("secret"), None).await.0, 200);
}

#[tokio::test]
async fn a_session_that_was_never_started_or_has_ended_is_unknown() {
    let disk = disk();
    let runtime = Launch::on(disk.path()).start();
    runtime.start_session("ended").await;
    runtime.ok(SESSION_END, json!({"sessionId": "ended"})).await;
    for session in ["never", "ended"] {
        for path in [SEARCH_MEMORY, TURN_AFTER, SESSION_END] {
            let (status, answer) = runtime.post(path, json!({"sessionId": session, "query": "boots"})).await;
            assert_eq!((status, &answer["error"]["code"]), (404, &json!("runtime.unknown_session")), "{path}");
            assert_eq!(answer["error"]["details"]["sessionId"], session);
        }
    }
}

#[tokio::test]
async fn a_lenient_runtime_serves_any_session() {
    let disk = disk();
    let behaviour = Behaviour { unknown_session: UnknownSession::Lenient, ..Behaviour::default() };
    let mut harness = Harness::new();
    let runtime = Launch::on(disk.path()).behaviour(&behaviour).harness(&harness).start();
    runtime.save("never", "t1", "boots").await;
    assert_eq!(runtime.search("never", "boots").await["working"][0]["turnId"], "t1");
    assert_eq!(runtime.health().await["activeSessions"], 0);
    for _ in 0..2 {
        let request = harness.until("a request", |fact| matches!(fact, witness::Fact::Requested { .. })).await;
        assert!(matches!(request.fact, witness::Fact::Requested { known: false, .. }), "the witness knows better");
    }
    runtime.ok(SESSION_END, json!({"sessionId": "never"})).await;
}

#[tokio::test]
async fn starting_a_session_twice_and_saving_a_turn_twice_is_doing_it_once() {
    let (disk, cloud) = (disk(), Cloud::with(ann()).await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    assert_eq!(runtime.start_session("s1").await, runtime.start_session("s1").await);
    let (first, second) = (runtime.save("s1", "t1", "boots").await, runtime.save("s1", "t1", "boots").await);
    assert_eq!(first["localEventId"], second["localEventId"]);
    runtime.start_session("s2").await;
    assert_ne!(runtime.save("s2", "t1", "boots").await["localEventId"], first["localEventId"]);
    assert_eq!(runtime.health().await["activeSessions"], 2);
    runtime.ok(SYNC_FLUSH, json!({})).await;
    let events = |kind: &str| cloud.known().events.iter().filter(|event| event.kind == kind).count();
    assert_eq!((events("session_start"), events("turn")), (2, 2));
    assert_eq!(runtime.search("s1", "boots").await["working"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_answer_keeps_to_its_budgets_in_characters() {
    let text = |number: usize| format!("boots {number} {}", "\u{fc}\u{1f4de}".repeat(400));
    let permanent = (0..50).map(|number| Fact { memory_id: format!("m{number}"), text: text(number) }).collect();
    let org = (0..50).map(|number| Chunk { doc_id: "d".into(), chunk_id: format!("c{number}"), text: text(number) });
    let profile = Some(Profile { version: 1, summary: "\u{e4}".repeat(9_000) });
    let projection = Projection { snapshot: true, profile, permanent, org: org.collect(), ..Projection::default() };
    let (disk, cloud) = (disk(), Cloud::with(projection).await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    for turn in 0..10 {
        runtime.save("s1", &format!("t{turn}"), &text(turn)).await;
    }
    let memory = runtime.search("s1", "boots").await;
    let context = memory["contextText"].as_str().expect("text");
    assert!((7_000..=8_000).contains(&context.chars().count()), "{} characters", context.chars().count());
    for section in context.split("\n\n## ") {
        assert!(section.chars().count() <= 2_400, "{} characters", section.chars().count());
    }
    let found = |lane: &str| memory[lane].as_array().map(Vec::len);
    assert_eq!((found("working"), found("permanent"), found("org")), (Some(4), Some(6), Some(4)));
    let wanted =
        json!({"sessionId": "s1", "query": "boots", "topK": {"permanent": 2, "org": 9}, "lanes": ["permanent", "org"]});
    let memory = runtime.ok(SEARCH_MEMORY, wanted).await;
    let found = |lane: &str| memory[lane].as_array().map(Vec::len);
    assert_eq!((found("working"), found("permanent"), found("org")), (Some(0), Some(2), Some(9)));
}

#[tokio::test]
async fn an_org_only_runtime_knows_documents_and_no_caller() {
    let (disk, cloud) = (disk(), Cloud::with(Projection { profile: None, permanent: Vec::new(), ..ann() }).await);
    let launch = Launch::on(disk.path()).cloud(&cloud).user("__org__").with(environment::MODE, "org_only");
    let runtime = launch.start();
    let start = json!({"sessionId": "s1", "workspaceId": "p", "userId": "__org__", "mode": "org_only"});
    runtime.ok(SESSION_START, start).await;
    let memory = runtime.search("s1", "boots").await;
    assert_eq!(memory["contextText"], "## org\n- Boots can be returned within 30 days.");
    assert_eq!(memory["trace"]["lanesUsed"], json!(["org"]));
    assert_eq!(runtime.post(TURN_AFTER, json!({"sessionId": "s1"})).await.0, 400);
    assert_eq!(cloud.known().bootstraps[0].mode.as_deref(), Some("org_only"));
}

#[tokio::test]
async fn work_takes_the_time_that_was_drawn_for_it() {
    let disk = disk();
    let law = |ms: u64| Distribution::constant(ms * 1_000_000).expect("short");
    let behaviour = Behaviour { search: law(60), save: law(40), session_start: law(50), ..Behaviour::default() };
    let runtime = Launch::on(disk.path()).behaviour(&behaviour).start();
    runtime.health().await;
    let mut began = std::time::Instant::now();
    let mut lap = || std::mem::replace(&mut began, std::time::Instant::now()).elapsed().as_millis();
    runtime.start_session("s1").await;
    assert!(lap() >= 50);
    runtime.search("s1", "boots").await;
    assert!(lap() >= 60);
    runtime.save("s1", "t1", "boots").await;
    assert!(lap() >= 40);
}

#[tokio::test]
async fn the_witness_hears_of_a_whole_life_in_order() {
    let (disk, cloud, mut harness) = (disk(), Cloud::with(ann()).await, Harness::new());
    let runtime = Launch::on(disk.path()).cloud(&cloud).harness(&harness).start();
    runtime.start_session("s1").await;
    runtime.search("s1", "boots").await;
    runtime.post(SEARCH_MEMORY, json!({"sessionId": "stale", "query": "boots"})).await;
    runtime.save("s1", "t1", "boots").await;
    runtime.ok(SESSION_END, json!({"sessionId": "s1", "reason": "evicted_by_pool"})).await;
    runtime.ok(SYNC_FLUSH, json!({"deadlineMs": 100})).await;
    let (pid, port) = (runtime.child.id(), runtime.port);
    runtime.terminate().await;
    harness.closed().await;
    let expected = [
        "started",
        "ready",
        "session_started",
        "served",
        "requested",
        "served",
        "requested",
        "requested",
        "saved",
        "served",
        "session_ended",
        "draining",
        "drained",
        "terminating",
        "exited",
    ];
    assert_eq!(harness.names(), expected);
    let facts: Vec<Value> = harness.heard.iter().map(|record| serde_json::to_value(record).expect("JSON")).collect();
    let started = &facts[0];
    assert_eq!((started["pid"].as_u64(), started["port"].as_u64()), (pid.map(u64::from), Some(u64::from(port))));
    assert_eq!(
        (&started["project"], &started["user"], &started["agent"]),
        (&json!("p"), &json!("ann"), &json!("agent_test"))
    );
    assert_eq!(
        (&facts[4]["known"], &facts[6]["known"], &facts[6]["session"]),
        (&json!(true), &json!(false), &json!("stale"))
    );
    assert_eq!((&facts[7]["what"], &facts[8]["turn"]), (&json!("save"), &json!("t1")));
    assert_eq!(facts[10]["reason"], "evicted_by_pool");
    assert!(harness.heard.is_sorted_by_key(|record| record.at_ns));
}
