//! The house rules, read from the source itself: who may import whom, and what pure rooms stay away from. And `papers`:
//! what README, CONTRIBUTING and `.ci/run` say is so.
//!
//! `table` holds the rules, `source` finds the files, `mentions` reads which paths a file uses, `verdict` judges them.
//! Code behind `#[cfg(test)]` keeps to the import table like all other code; the rules of purity do not bind it, since
//! tests read files and count with sets.

mod mentions;
mod papers;
mod source;
mod table;
mod verdict;

use source::{Source, sources};
use verdict::Judge;

#[test]
fn every_room_imports_only_what_the_table_lets_it() {
    assert_none(&Judge::of(sources()).trespasses());
}

#[test]
fn pure_rooms_read_no_clock_no_environment_and_no_files_and_hash_nothing() {
    assert_none(&Judge::of(sources()).impurities());
}

#[test]
fn every_exception_is_still_needed() {
    assert_none(&Judge::of(sources()).idle_exceptions());
}

/// One file in the pool, which may import `base` and nothing else.
fn in_the_pool(text: &str) -> Judge {
    Judge::of(vec![Source::new("src/pool/made_up.rs", text)])
}

#[test]
fn the_checker_sees_every_way_to_name_a_room() {
    for text in [
        "use crate::run::Options;",
        "use crate::{base::Time, run::{self, Options}};",
        "use super::super::run::Options;",
        "use crate::run as engine;",
        "use crate::*;",
        "fn f() { crate::run::play() }",
        "fn f(options: &crate::run::Options) {}",
        "fn f() { use crate::run::play; }",
        "fn f() { println!(\"{}\", crate::run::EMBEDDED_RUNTIME) }",
        "mod inner { use super::super::super::run::Options; }",
        "use busyhour::run::Options;",
        "use mock_runtime::wire;",
        "#[cfg(test)] mod tests { use crate::run::Options; }",
    ] {
        assert_ne!(in_the_pool(text).trespasses(), [""; 0], "{text}");
    }
}

#[test]
fn the_checker_lets_pass_what_is_allowed() {
    for text in [
        "use crate::base::{Span, Time}; use super::error::PoolError; use crate::pool::Key; use std::fmt;",
        "/// As [`crate::run`] does.\nfn run() {}",
        "fn f() { let run = 1; self::run(run) }",
        "mod inner { use super::super::Key; }",
    ] {
        assert_none(&in_the_pool(text).trespasses());
    }
}

#[test]
fn the_checker_sees_every_way_to_be_impure() {
    for text in [
        "fn f() { std::time::Instant::now(); }",
        "use std::time::Instant; fn f() { Instant::now(); }",
        "use std::time; fn f() { time::SystemTime::now(); }",
        "use std::time::{self as clock}; fn f() { clock::Instant::now(); }",
        "use std::fs; fn f() { fs::read(\"x\"); }",
        "fn f() { println!(\"{:?}\", std::env::var(\"HOME\")) }",
        "use std::collections::HashMap; struct S(HashMap<u8, u8>);",
        "use std::collections::*; fn f(seen: HashSet<u8>) {}",
        "async fn f() { tokio::time::sleep(D).await }",
    ] {
        assert_ne!(in_the_pool(text).impurities(), [""; 0], "{text}");
    }
}

#[test]
fn what_is_only_for_tests_may_be_impure() {
    assert_none(&in_the_pool("#[cfg(test)] mod tests { use std::collections::HashSet; }").impurities());
    let parent = Source::new("src/pool/mod.rs", "#[cfg(test)] mod made_up;");
    let child = Source::new("src/pool/made_up.rs", "use std::fs;");
    assert_none(&Judge::of(vec![parent, child]).impurities());
}

#[test]
fn a_file_outside_every_room_is_told() {
    let judge = Judge::of(vec![Source::new("src/attic/mod.rs", "")]);
    assert_eq!(judge.trespasses(), ["src/attic/mod.rs stands in no room: give it a line in tests/house/table.rs"]);
}

#[test]
fn a_trespass_is_told_with_its_place_and_the_way_out() {
    assert_eq!(
        in_the_pool("\nuse crate::run::Options;").trespasses(),
        ["src/pool/made_up.rs:2: names busyhour::run::Options, but `busyhour::pool` may import only busyhour::base"]
    );
}

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
