//! What else differs between two plays, in words.

use crate::measure::{Summary, Verdict};

/// Another scenario, file or seed.
pub(super) fn notes(base: &Summary, new: &Summary) -> Vec<String> {
    let (was, is) = (&base.scenario, &new.scenario);
    let mut notes = Vec::new();
    if was.name != is.name {
        notes.push(format!("these are two scenarios: base played `{}`, new played `{}`", was.name, is.name));
    } else if was.sha256 != is.sha256 {
        notes.push(format!(
            "the scenario's file is not the same: SHA-256 {} then, {} now",
            short(&was.sha256),
            short(&is.sha256)
        ));
    }
    if was.seed != is.seed {
        notes.push(format!(
            "the seeds differ, {} and {}, and other seeds play other calls: figures differ for that alone",
            was.seed, is.seed
        ));
    }
    let versions = [base, new].map(|summary| summary.tool.as_ref().map(|tool| tool.version.as_str()));
    if let [Some(was), Some(is)] = versions
        && was != is
    {
        notes.push(format!("base was played by busyhour {was}, new by {is}"));
    }
    notes
}

/// And what counts only in real time: hosts, invalid runs, and how little one run of each says.
pub(super) fn live_notes(base: &Summary, new: &Summary) -> Vec<String> {
    let mut notes = notes(base, new);
    if base.host != new.host {
        notes.push("the two were played on different machines: their times are not comparable".to_owned());
    }
    for (name, summary) in [("base", base), ("new", new)] {
        if summary.verdict == Verdict::Invalid {
            notes.push(format!("{name} is invalid: {}", summary.harness.invalid.join("; ")));
        }
        if summary.broke_a_law() {
            notes.push(format!("{name} broke a law: see its `violations`"));
        }
    }
    notes.push("play both in turns: busyhour run SCENARIO --repeat 10 --against BASE".to_owned());
    notes
}

/// As much as a person compares.
fn short(sha256: &str) -> String {
    sha256.chars().take(12).collect::<String>() + "…"
}
