//! What the papers say is so: README, CONTRIBUTING, `.ci/run` and the size of things.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn the_readmes_list_exactly_the_shipped_scenarios() {
    let shipped: BTreeSet<String> =
        files("scenarios").iter().filter(|file| has_extension(file, "toml")).map(|file| name_of(file)).collect();
    let papers =
        [("README.md", "`](scenarios/"), ("scenarios/sdk/README.md", "`](")].map(|(paper, link)| (text(paper), link));
    let rows = papers.iter().flat_map(|(paper, link)| {
        paper.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once(*link).map(|(name, _)| name))
    });
    let listed: BTreeSet<String> = rows.map(|name| format!("{name}.toml")).collect();
    assert_eq!(listed, shipped);
}

#[test]
fn the_readmes_test_command_is_what_the_checks_run() {
    let readme = text("README.md");
    let (_, tests) = readme.split_once("\n## Tests\n").expect("the README says how to test");
    let command = tests.lines().find_map(|line| line.strip_prefix("$ ")).expect("by a command");
    let checks = text(".ci/run");
    assert!(checks.lines().any(|line| line == format!("step {command}")), ".ci/run has no line `step {command}`");
}

#[test]
fn the_first_screen_is_a_sentence_a_command_and_its_output() {
    let readme = text("README.md");
    let screen = readme.split("\n## ").next().expect("a text has a beginning");
    assert_eq!(screen.matches("```").count(), 2, "one block");
    assert!(screen.contains("```console\n$ cargo run --release -- run scenarios/fundamento.toml\nPASS"), "{screen}");
}

#[test]
fn readme_and_contributing_tell_of_every_room() {
    let map = text("src/lib.rs");
    let rooms: Vec<&str> = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(rooms.contains(&"pool"), "{rooms:?}");
    for paper in ["README.md", "CONTRIBUTING.md"] {
        let paper_text = text(paper);
        for room in &rooms {
            assert!(paper_text.contains(&format!("| `src/{room}/` |")), "{paper} does not tell of src/{room}/");
        }
    }
}

#[test]
fn nothing_that_is_read_is_longer_than_four_hundred_lines() {
    let folders =
        ["src", "mock-runtime", "tests", "benches", "examples", "scenarios", "reports/README.md", "README.md"];
    let read = folders.iter().flat_map(files);
    let read = read.filter(|file| ["rs", "toml", "md"].iter().any(|extension| has_extension(file, extension)));
    let long: Vec<String> = read
        .map(|file| (text(&file).lines().count(), file))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, file)| format!("{} has {lines} lines: split it by noun", file.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// A file, or all files below a folder.
fn files(path: impl AsRef<Path>) -> Vec<PathBuf> {
    let path = path.as_ref();
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).expect("cargo runs tests in the package's folder");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter(|path| name_of(path) != "target").flat_map(files).collect()
}

fn text(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

const MOST_LINES: usize = 400;
