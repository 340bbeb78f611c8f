//! What was acknowledged is followed to where it went.

use std::path::Path;

use busyhour::base::CallerIndex;
use busyhour::workload::speech;
use serde_json::Value;

use crate::fakes::mock_after;
use crate::rig::*;

/// Callers speak until 1.8 s; the cloud goes away at 1 s and stays away; everybody's runtime dies when all is said.
const ORPHANED: &str = r#"
[[tenant]]
name = "acme"
project = "proj"
agents = ["agent"]
callers = { population = 3 }
arrivals = { model = "stages", stages = [{ until = "600ms", rate = "20/s" }, { until = "601ms", rate = "1/h" }] }
call = { turns = 12 }
turn_gap = "100ms"
reply = "10ms"

[[fault]]
at = "1s"
kind = "cloud.down"

[[fault]]
at = "2500ms"
kind = "runtime.crash"
"#;
const HEAD: &str = "duration = \"2700ms\"\ngrace = \"100ms\"\n";

fn play(rig: &Rig, arguments: &[&str]) -> (Option<i32>, Value) {
    let scenario = rig.scenario(HEAD, ORPHANED);
    let mut command = rig.command(&scenario);
    command.args(["--format", "json", "--quiet", "--work-dir"]).arg(rig.path("work"));
    let played = rig.finish(Playing::start(command.args(arguments)));
    (played.code, serde_json::from_str(&played.stdout).expect("the summary is printed"))
}

/// Events that wait in the outboxes below a folder.
fn waiting(storage: &Path) -> usize {
    let outbox = |caller| mock_runtime::undelivered(storage, "proj", &speech::user_id(CallerIndex(caller)));
    (0..3).map(|caller| outbox(caller).len()).sum()
}

#[test]
fn saves_that_wait_on_disk_are_not_lost() {
    let rig = Rig::new();
    let (code, summary) = play(&rig, &[]);
    assert_eq!(code, Some(0), "{summary:#}");
    assert!(waiting(&rig.path("work/host-0")) > 10, "the cloud does not have them: {summary:#}");
    assert_eq!(figure(&summary, "counts/saves/delivered"), figure(&summary, "counts/saves/acked"));
    assert_sound(&summary);
}

#[test]
fn saves_that_are_nowhere_are_lost_and_break_a_law() {
    let rig = Rig::new();
    // The same, but the runtimes keep their outboxes where nobody will ever look.
    let elsewhere = rig.path("elsewhere");
    let preparation = format!("export MEMOAIR_RUNTIME_STORAGE_ROOT={}", elsewhere.display());
    let forgetful = mock_after(&rig, &preparation);
    let (code, summary) = play(&rig, &["--runtime-binary", forgetful.to_str().unwrap()]);
    let lost = figure(&summary, "counts/saves/lost");
    assert!(lost > 10.0, "{summary:#}");
    assert_eq!(figure(&summary, "counts/saves/delivered") + lost, figure(&summary, "counts/saves/acked"));
    assert_eq!((code, &summary["verdict"]), (Some(96), &"fail".into()));
    assert_eq!(figure(&summary, "counts/violations"), lost);
}
