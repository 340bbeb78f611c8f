//! Bad input: each with a message, the place and a remedy, as its author sees them on a narrow terminal.

use insta::assert_snapshot;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;

use super::{BUSY, busy_with, read};
use crate::scenario::{Driver, Scenario, ScenarioError};

fn rendered(error: &dyn Diagnostic) -> String {
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    handler.with_width(80).with_links(false).render_report(&mut text, error).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// How the busy scenario is refused once `passage` reads `other`.
#[track_caller]
fn refused(passage: &str, other: &str) -> String {
    let error = read(&busy_with(passage, other)).expect_err("this must not pass");
    rendered(&error)
}

/// How a file is refused that cannot be read as text.
fn unread(name: &str, write: impl FnOnce(&std::path::Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    write(&file);
    let error: ScenarioError = Scenario::load(&file).expect_err("this must not pass");
    rendered(&error).replace(folder.path().to_str().unwrap(), "FOLDER")
}

macro_rules! refusals {
    ($($name:ident: $passage:expr => $other:expr;)+) => {
        $(#[test] fn $name() { assert_snapshot!(refused($passage, $other)); })+
    };
}

refusals! {
    broken_toml: "seed = 7" => "seed = = 7";
    duplicate_key: "seed = 7" => "seed = 7\nseed = 8";
    unknown_key: "duration = \"60s\"" => "duration = \"60s\"\ndurration = \"60s\"";
    unknown_key_in_a_table: "max_concurrent_users" => "max_concurrent_user";
    unknown_key_in_a_law: "median = \"400ms\"" => "medain = \"400ms\"";
    unknown_key_like_no_other: "seed = 7" => "zzz = 7";
    unknown_value: "model = \"poisson\"" => "model = \"possion\"";
    unknown_law: "{ dist = \"lognormal\", median" => "{ dist = \"lognormall\", median";
    unknown_lease: "lease = \"turn\"" => "lease = \"forever\"";
    unknown_fault: "runtime.crash" => "runtime.crush";
    missing_key: "duration = \"60s\"\n" => "";
    missing_arrivals: "arrivals = { model = \"poisson\", rate = \"40/min\" }\n" => "";
    wrong_type_for_a_duration: "duration = \"60s\"" => "duration = 60";
    wrong_type_for_a_law: "turn_gap = { dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }" => "turn_gap = [1, 2]";
    wrong_type_for_a_table: "callers = { population = 400, popularity = { zipf = 0.75 }, new = \"30%\" }" => "callers = 400";
    wrong_type_for_a_number: "workers = 2" => "workers = \"two\"";
    negative_duration: "duration = \"60s\"" => "duration = \"-60s\"";
    absurd_duration: "duration = \"60s\"" => "duration = \"1000years\"";
    a_century_and_its_grace: "duration = \"60s\"" => "duration = \"100years\"";
    zero_duration: "duration = \"60s\"" => "duration = \"0s\"";
    duration_in_an_unknown_unit: "duration = \"60s\"" => "duration = \"60 lightyears\"";
    warm_up_as_long_as_the_run: "warm_up = \"10s\"" => "warm_up = \"60s\"";
    turns_without_a_gap: "turn_gap = { dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }" => "turn_gap = \"0s\"";
    negative_seed: "seed = 7" => "seed = -7";
    name_with_a_slash: "name = \"busy\"" => "name = \"../busy\"";
    duplicate_tenant: "name = \"birch\"" => "name = \"acme\"";
    duplicate_project: "proj_birch" => "proj_acme";
    empty_tenant_name: "name = \"birch\"" => "name = \" \"";
    tenant_name_with_a_control_character: "name = \"birch\"" => "name = \"bi\\u001brch\"";
    overlong_tenant_name: "name = \"birch\"" => &format!("name = \"{}\"", "ä".repeat(65));
    project_without_agents: "agents = [\"agent_returns\"]\n" => "";
    agents_without_project: "project = \"proj_acme\"\n" => "";
    more_agents_than_workers: "[\"agent_cards\"]" => "[\"agent_cards\", \"agent_loans\"]";
    no_workers: "workers = 2" => "workers = 0";
    cap_larger_than_ports: "max_concurrent_users = 20" => "max_concurrent_users = 101";
    cap_of_zero: "max_concurrent_users = 20" => "max_concurrent_users = 0";
    reversed_ports: "[7878, 7977]" => "[7977, 7878]";
    privileged_ports: "[7878, 7977]" => "[80, 7977]";
    ports_that_are_none: "[7878, 7977]" => "[7878, 70000]";
    three_ports: "[7878, 7977]" => "[7878, 7900, 7977]";
    share_above_the_whole: "new = \"30%\"" => "new = 30";
    negative_share: "share = 0.2" => "share = \"-20%\"";
    fault_that_hits_nobody: "share = 0.2" => "share = 0";
    rate_without_a_unit: "rate = \"40/min\"" => "rate = \"40\"";
    rate_of_zero: "rate = \"40/min\"" => "rate = \"0/min\"";
    rate_per_fortnight: "rate = \"40/min\"" => "rate = \"40/fortnight\"";
    rate_that_is_no_number: "rate = \"40/min\"" => "rate = \"many/min\"";
    absurd_rate: "rate = \"40/min\"" => "rate = \"1e9/s\"";
    absurd_spread: "cv = 1.2" => "cv = -1.2";
    law_without_its_parameter: "mean = \"190s\", " => "";
    law_with_a_foreign_parameter: "median = \"400ms\", cv" => "median = \"400ms\", min = \"1ms\", cv";
    uniform_law_the_wrong_way_round:
        "{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }" => "{ dist = \"uniform\", min = \"2s\", max = \"1s\" }";
    empirical_law_without_values:
        "{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }" => "{ dist = \"empirical\", values = [] }";
    histogram_that_is_not_there:
        "{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }" => "{ dist = \"empirical\", file = \"boot.hlog\" }";
    size_that_is_none: "rss = \"90MB\"" => "rss = \"ninety\"";
    call_with_length_and_turns: "call = { length" => "call = { turns = 3, length";
    arrivals_with_a_foreign_parameter: "rate = \"40/min\" }" => "rate = \"40/min\", callers = 3 }";
    arrivals_without_their_parameter: ", rate = \"40/min\" }" => " }";
    trace_without_a_file: "{ model = \"poisson\", rate = \"40/min\" }" => "{ model = \"trace\" }";
    trace_of_a_file_that_is_not_there: "{ model = \"poisson\", rate = \"40/min\" }" => "{ model = \"trace\", file = \"nowhere/calls.csv\" }";
    stages_out_of_order: "{ model = \"poisson\", rate = \"40/min\" }" =>
        "{ model = \"stages\", stages = [{ until = \"9s\", rate = \"1/s\" }, { until = \"5s\", rate = \"2/s\" }] }";
    profile_of_two_hours: "{ model = \"poisson\", rate = \"40/min\" }" =>
        "{ model = \"profile\", hourly = [\"1/h\", \"2/h\"] }";
    silent_stages: "{ model = \"poisson\", rate = \"40/min\" }" =>
        "{ model = \"stages\", stages = [{ until = \"9s\", rate = \"0/s\" }] }";
    storm_after_the_window: "{ model = \"poisson\", rate = \"40/min\" }" =>
        "{ model = \"burst\", rate = \"1/s\", at = \"2min\", calls = 9 }";
    closed_arrivals_with_callers: "model = \"poisson\", rate = \"40/min\"" => "model = \"closed\", callers = 3";
    retries_that_are_none: "attempts = 3" => "attempts = 1";
    shedding_with_attempts: "action = \"retry\"" => "action = \"shed\"";
    fault_of_an_unknown_tenant: "tenant = \"acme\"" => "tenant = \"acne\"";
    fault_after_the_end: "at = \"30s\"" => "at = \"2min\"";
    fault_with_a_foreign_parameter: "share = 0.2" => "count = 2";
    empty_threshold: "\"recall.p99 <= 250ms\"" => "\" \"";
    threshold_that_is_no_text: "\"recall.p99 <= 250ms\"" => "3";
    threshold_with_an_unknown_key: "\"recall.p99 <= 250ms\"" => "{ expect = \"leaks == 0\", abort = true }";
    threshold_of_an_unknown_phase: "\"recall.p99 <= 250ms\"" => "\"phase.storm.recall.p99 <= 250ms\"";
    threshold_of_an_impossible_statistic: "recall.p99 <= 250ms" => "recall.median <= 250ms";
    threshold_that_would_end_every_run: "\"recall.p99 <= 250ms\"" => "{ expect = \"calls > 9\", abort_on_fail = true }";
    threshold_that_ends_no_run_after_a_while: "\"recall.p99 <= 250ms\"" => "{ expect = \"leaks == 0\", after = \"9s\" }";
    phase_that_ends_before_it_begins: "[pool]" => "[[phase]]\nname = \"storm\"\nfrom = \"2min\"\n[pool]";
    phase_after_the_end: "[pool]" => "[[phase]]\nname = \"storm\"\nuntil = \"2min\"\n[pool]";
    phase_with_a_dot: "[pool]" => "[[phase]]\nname = \"st.orm\"\n[pool]";
    computing_of_what_is_no_work: "mean = \"7.5s\", cv = 0.5" => "mean = \"7.5s\", cv = 0.5, cpu = \"1s\"";
    computing_that_is_no_duration: "median = \"400ms\"" => "cpu = \"half\", median = \"400ms\"";
    driver_without_a_program: "[on_refusal]" => "[client]\ndriver = \"python3 'drive\"\n\n[on_refusal]";
    driver_that_is_no_text: "[on_refusal]" => "[client]\ndriver = 5\n\n[on_refusal]";
}

#[test]
fn another_runtime_is_played_but_not_simulated() {
    let other = read(&busy_with("rss = \"90MB\"", "binary = \"bin/other\"\nflush = \"0s\"")).unwrap();
    assert_snapshot!(rendered(&other.must_be_simulable().expect_err("nobody knows how long it takes")));
}

#[test]
fn an_official_pool_is_simulated_and_neither_played_nor_explained() {
    let official = busy_with("max_concurrent_users", "profile = \"sdk-0.3.2\"\nmax_concurrent_users");
    let mut official = read(&official).unwrap();
    assert!(official.must_be_simulable().is_ok());
    assert_snapshot!("an_official_pool_is_not_played", rendered(&official.must_be_playable().unwrap_err()));
    assert_snapshot!("an_official_pool_is_not_explained", rendered(&official.must_be_explicable().unwrap_err()));
    let ours = read(BUSY).unwrap();
    assert!(ours.must_be_playable().is_ok() && ours.must_be_explicable().is_ok());
    official.client.driver = Driver::MemoairVoice;
    assert!(official.must_be_playable().is_ok());
}

#[test]
fn an_unknown_profile_and_what_an_official_one_does_not_take() {
    let typed = |profile: &str| {
        let typed = format!("profile = \"{profile}\"\nport_recheck = \"1s\"\nmax_concurrent_users");
        rendered(&read(&busy_with("max_concurrent_users", &typed)).unwrap_err())
    };
    assert_snapshot!("an_unknown_profile", typed("sdk-0.3.1"));
    assert_snapshot!("a_key_that_an_official_profile_does_not_take", typed("sdk-0.3.2"));
}

#[test]
fn no_tenants() {
    assert_snapshot!(rendered(&read("name = \"lonely\"\nduration = \"60s\"\n").unwrap_err()));
}

#[test]
fn an_empty_file() {
    assert_snapshot!(rendered(&read("").unwrap_err()));
}

#[test]
fn several_problems_are_told_together_in_the_order_of_the_file() {
    let text = BUSY.replace("\"60s\"", "\"0s\"").replace("[7878, 7977]", "[80, 90]").replace("acme", "birch");
    assert_snapshot!(rendered(&read(&text).unwrap_err()));
}

#[test]
fn a_file_that_is_not_there() {
    assert_snapshot!(unread("gone.toml", |_| ()));
}

#[test]
fn a_directory() {
    assert_snapshot!(unread("folder", |file| std::fs::create_dir(file).unwrap()));
}

#[test]
fn a_file_that_is_no_text() {
    assert_snapshot!(unread("latin.toml", |file| std::fs::write(file, b"name = \"x\"\nabout = \"caf\xe9\"\n").unwrap()));
}

#[test]
fn a_huge_file() {
    assert_snapshot!(unread("huge.toml", |file| std::fs::write(file, vec![b'#'; 5 << 20]).unwrap()));
}

proptest! {
    /// Whatever is typed anywhere, the answer is a scenario or a diagnostic that can be shown.
    #[test]
    fn no_slip_of_the_keyboard_breaks_the_reader(at in 0..BUSY.len(), cut in 0..12_usize, typed in "[-0-9\"=\\[\\]{}.,a-z% \n]{0,4}") {
        let mut text = BUSY.to_owned();
        text.replace_range(at..(at + cut).min(BUSY.len()), &typed);
        if let Err(error) = read(&text) {
            prop_assert!(rendered(&error).contains("help: "));
        }
    }
}
