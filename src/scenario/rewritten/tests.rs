//! What changes in a text, and that nothing else does.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::Distribution;
use crate::scenario::{Driver, Program, Scenario};

const TEXT: &str = r#"# The question in full.
name = "friday" # of all days
duration = "60s"

[pool]
max_concurrent_users = 20   # as the SDK has it

[runtime]
# the real one
binary = "bin/voice-runtime"
search = "8ms" # guessed
rss = "90MB"

[[tenant]]
name = "acme"
arrivals = { model = "constant", rate = "1/s" }
call = { turns = 3 }
turn_gap = "1s" # slowly
"#;

fn scenario(text: &str) -> Scenario {
    Scenario::from_text(Path::new("/folder/friday.toml"), text.to_owned()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn samples(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
    of.iter().map(|(tag, samples)| ((*tag).to_owned(), *samples)).collect()
}

/// Lines of one that are not in the other.
fn lines_without<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
    text.lines().filter(|line| !other.lines().any(|theirs| theirs == *line)).collect()
}

#[test]
fn what_was_played_has_its_seed_and_full_paths_and_is_otherwise_what_was_typed() {
    let text = scenario(TEXT).with_seed(7).text_as_played();
    assert_eq!(lines_without(&text, TEXT), ["seed = 7", "binary = \"/folder/bin/voice-runtime\""]);
    assert_eq!(lines_without(TEXT, &text), ["binary = \"bin/voice-runtime\""]);
    assert_eq!(scenario(&text).seed, 7);
}

#[test]
fn a_runtime_from_the_command_line_is_part_of_what_was_played() {
    let mut played = scenario(
        "name = \"n\"\nduration = \"1s\"\n[[tenant]]\nname = \"a\"\narrivals = { model = \"constant\", rate = \"1/s\" }\ncall = { turns = 1 }\n",
    );
    played.runtime.program = Program::Binary("/usr/bin/voice".into());
    let again = scenario(&played.text_as_played());
    assert_eq!((again.runtime.program, again.seed), (played.runtime.program, played.seed));
}

#[test]
fn a_client_from_the_command_line_is_part_of_what_was_played_wherever_the_file_lies() {
    let here = std::path::absolute(".").expect("there is a working folder");
    for (typed, asked) in [
        ("", "python3 'my driver.py' --fast"),
        ("[client]\ndriver = \"bin/other x\" # ours\nfolder = \"drivers\"\npatience = \"3s\"\n", "bin/driver"),
        ("client = { driver = [\"other\"] }\n", "memoair-voice"),
        ("client.driver = \"bin/other\"\nclient.folder = \"..\"\n", "builtin"),
    ] {
        let text = if typed.starts_with('[') { TEXT.to_owned() + typed } else { typed.to_owned() + TEXT };
        let mut played = scenario(&text);
        played.client.ask_for(asked).expect("it is a client");
        let text = played.text_as_played();
        let again = Scenario::from_text(Path::new("/elsewhere/friday.toml"), text.clone()).expect("it is a scenario");
        assert_eq!(
            (&again.client.driver, again.client.patience),
            (&played.client.driver, played.client.patience),
            "{text}"
        );
        if let Driver::Command { folder, .. } = again.client.driver {
            assert_eq!(folder.as_deref(), Some(here.as_path()), "where the command was typed");
        }
    }
}

#[test]
fn a_client_of_the_file_is_started_in_the_same_folder_wherever_the_file_lies() {
    for (folder, started) in [("", "/folder"), ("folder = \"drivers\"\n", "/folder/drivers")] {
        for driver in ["\"python3 drive.py\" # ours", "[\"bin/drive\", \"two words\"]"] {
            let typed = format!("{TEXT}[client]\ndriver = {driver}\n{folder}");
            let played = scenario(&typed);
            let text = played.text_as_played();
            assert_eq!(lines_without(&typed, &text).len(), 1 + usize::from(!folder.is_empty()), "{text}");
            let again = Scenario::from_text(Path::new("/elsewhere/friday.toml"), text).expect("it is a scenario");
            assert_eq!(again.client.driver, played.client.driver);
            let Driver::Command { folder, .. } = again.client.driver else { panic!("it is a command") };
            assert_eq!(folder.as_deref(), Some(Path::new(started)));
        }
    }
    let builtin = scenario(TEXT).text_as_played();
    assert!(!builtin.contains("client"), "the built-in client needs no word: {builtin}");
}

#[test]
fn files_named_in_a_scenario_are_found_from_any_folder() {
    let text = scenario(TEXT).text_as_played();
    assert!(text.contains("/folder/bin"), "{text}");
    let moved = Scenario::from_text(Path::new("/elsewhere/friday.toml"), text).expect("it is a scenario");
    assert_eq!(moved.runtime.program, Program::Binary("/folder/bin/voice-runtime".into()));
}

#[test]
fn measured_laws_replace_those_that_were_typed_and_the_rest_stays() {
    let calibration = scenario(TEXT).calibrated("conduct.hlog", &samples(&[("search", 40), ("drain_close", 12)]));
    assert_eq!(
        lines_without(&calibration.text, TEXT),
        [
            "search = { dist = \"empirical\", file = \"conduct.hlog\", tag = \"search\" } # guessed",
            "flush = { dist = \"empirical\", file = \"conduct.hlog\", tag = \"drain_close\" } # 12 samples",
            "terminate = \"0s\" # in the measured flush",
            "[cloud]",
            "latency = \"0s\" # in the measured boots and flush",
        ]
    );
    assert_eq!(
        lines_without(TEXT, &calibration.text),
        ["# the real one", "binary = \"bin/voice-runtime\"", "search = \"8ms\" # guessed"]
    );
}

#[test]
fn a_law_without_samples_is_the_scenarios_own_and_few_samples_are_told() {
    let laws = scenario(TEXT)
        .calibrated(
            "conduct.hlog",
            &samples(&[("search", 40), ("warm_up.search", 9), ("warm_up.save", 50), ("drain", 2), ("drain_close", 90)]),
        )
        .laws;
    let told: Vec<_> = laws.iter().map(|law| (law.law, law.samples, law.tag, law.is_thin())).collect();
    assert_eq!(
        told,
        [
            ("boot_cold", 0, None, false),
            ("boot_warm", 0, None, false),
            ("session_start", 0, None, false),
            ("search", 40, Some("search"), false),
            ("save", 50, Some("warm_up.save"), false),
            ("flush", 2, Some("drain"), true),
        ]
    );
}

#[test]
fn without_a_measured_drain_the_cloud_keeps_its_time() {
    let calibration = scenario(TEXT).calibrated("conduct.hlog", &samples(&[]));
    let cloud = scenario(&calibration.text).cloud.latency;
    assert_eq!(cloud, Distribution::constant(30_000_000).expect("it is a law"));
    assert_eq!(scenario(&calibration.text).runtime.program, Program::Mock);
}

#[test]
fn any_way_to_write_a_table_can_be_rewritten() {
    let head = "name = \"n\"\nduration = \"1s\"\n";
    let tenant =
        "[[tenant]]\nname = \"a\"\narrivals = { model = \"constant\", rate = \"1/s\" }\ncall = { turns = 1 }\n";
    for (above, below) in [
        ("", ""),
        ("runtime = { search = \"1ms\", save = \"2ms\" }\ncloud.latency = \"1ms\"\n", ""),
        ("runtime.search = \"1ms\"\ncloud = { latency = \"1ms\" }\n", ""),
        ("", "[runtime.search]\ndist = \"uniform\"\nmin = \"1ms\"\nmax = \"2ms\"\n[cloud]\n"),
    ] {
        let text = format!("{head}{above}{tenant}{below}");
        let calibration = scenario(&text).calibrated("conduct.hlog", &samples(&[("drain", 40), ("search", 40)]));
        // The log is not there, so what is looked at is the text.
        let read: toml::Table =
            calibration.text.parse().unwrap_or_else(|error| panic!("{error}\n{}", calibration.text));
        assert_eq!(read["runtime"]["search"]["tag"].as_str(), Some("search"), "{}", calibration.text);
        assert_eq!(read["runtime"]["terminate"].as_str(), Some("0s"), "{}", calibration.text);
        assert_eq!(read["cloud"]["latency"].as_str(), Some("0s"), "{}", calibration.text);
    }
}
