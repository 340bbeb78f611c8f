//! From call records to a verdict, by the program itself.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder with call records as somebody's telephone system might export them.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(records: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::write(folder.path().join("cdr.csv"), records).expect("a file can be written");
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("BUSYHOUR_KEY");
        command.output().expect("the program can be started")
    }

    /// Standard output of a command that does its work.
    fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        text(&output.stdout)
    }

    /// Standard error of a command that is refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
        assert!(output.stdout.is_empty());
        text(&output.stderr).replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("our output is text")
}

/// 300 calls on two days, local times of Berlin, in no order.
fn records() -> String {
    (0..300_u32).fold("call_begin;cli;duration;customer\n".to_owned(), |mut text, number| {
        let (day, minute) = (2 + number % 2, 480 + number * 37 % 240);
        let customer = if number % 3 == 0 { "acme" } else { "birch" };
        let (hour, minute) = (minute / 60, minute % 60);
        writeln!(
            text,
            "2026-03-{day:02} {hour:02}:{minute:02}:00;+4930{};{};{customer}",
            number % 40,
            30 + number % 90
        )
        .expect("text can be written");
        text
    })
}

const MAPPED: [&str; 9] = [
    "import",
    "cdr.csv",
    "--column=start=call_begin",
    "--column=caller=cli",
    "--column=tenant=customer",
    "--time-zone=Europe/Berlin",
    "--from=2026-03-02",
    "--to=2026-03-03",
    "--output=calls.csv",
];

#[test]
fn records_become_a_trace_and_a_scenario_that_is_simulated() {
    let desk = Desk::new(&records());
    let said = desk.done(&[&MAPPED[..], &["--scenario=monday.toml"]].concat());
    assert!(said.starts_with("150 calls written to calls.csv\n"), "{said}");
    let written = fs::read_to_string(desk.path("calls.csv")).expect("it was written");
    assert!(written.starts_with("start,caller,tenant,duration\n28800,+4930"), "eight hours after midnight: {written}");
    let summary = desk.done(&["sim", "monday.toml", "--format=json", "--canonical"]);
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("a summary is JSON");
    assert_eq!(summary["counts"]["calls"], 150);
    assert_eq!(summary["tenants"].as_object().map(serde_json::Map::len), Some(2));
    assert!(desk.done(&["plan", "monday.toml", "--surface"]).contains("acme: "));
}

#[test]
fn nobody_is_named_in_an_anonymous_trace_and_one_key_gives_one_name() {
    let desk = Desk::new(&records());
    fs::write(desk.path("key"), "sixteen bytes or more\n").expect("a file can be written");
    let hashed = |output: &str| {
        let output_argument = format!("--output={output}");
        let arguments = [&MAPPED[..8], &[&output_argument, "--anonymize", "--key-file=key"]].concat();
        desk.done(&arguments);
        fs::read_to_string(desk.path(output)).expect("it was written")
    };
    let (one, other) = (hashed("one.csv"), hashed("other.csv"));
    assert!(!one.contains("4930"), "{one}");
    assert_eq!(one, other);
    let output = desk.run(&[&MAPPED[..], &["--anonymize"]].concat());
    assert!(text(&output.stderr).contains("hashed by the key "), "a key by chance is told");
    fs::write(desk.path("key"), "short").expect("a file can be written");
    let said = desk.refused(&[&MAPPED[..8], &["--output=third.csv", "--anonymize", "--key-file=key"]].concat());
    assert!(said.contains("a key of 5 bytes can be guessed"), "{said}");
}

#[test]
fn a_gzipped_trace_is_played_as_any_other() {
    let desk = Desk::new(&records());
    desk.done(&[&MAPPED[..8], &["--output=calls.csv.gz", "--scenario=monday.toml"]].concat());
    assert!(fs::read(desk.path("calls.csv.gz")).expect("it was written").starts_with(&[0x1f, 0x8b]));
    assert!(desk.done(&["scenario", "check", "monday.toml"]).contains("150.0"));
}

#[test]
fn what_cannot_be_imported_is_told_and_nothing_is_written() {
    let desk = Desk::new("start,caller\n1,ann\nx,bob\n");
    let output = desk.run(&["import", "cdr.csv"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.starts_with("line 3: start can't be `x`") && said.contains("1 row rejected"), "{said}");
    for (arguments, says) in [
        (&["--strict"][..], "line 3: start can't be `x`"),
        (&["--column=start=begin"], "no column `begin` for start; there are `start`, `caller`"),
        (&["--time-zone=Mars/Olympus"], "no time zone \"Mars/Olympus\""),
        (&["--from=soon"], "\"soon\" is no instant of these records"),
        (&["--from=5"], "no call is left"),
        (&["--output=cdr.csv"], "cdr.csv is there already"),
    ] {
        let said = desk.refused(&[&["import", "cdr.csv"], arguments].concat());
        assert!(said.contains(says), "{said}");
    }
    assert!(desk.refused(&["import", "nowhere.csv"]).contains("nowhere.csv can't be read"));
    assert!(desk.refused(&["import", "."]).contains(". is a folder"));
    assert_eq!(files(desk.folder.path()), ["cdr.csv"]);
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
