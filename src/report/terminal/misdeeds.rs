//! What the pool did wrong, kind by kind, each with what proves it.

use super::{Style, WIDTH};
use crate::measure::{Misdeed, Summary, Wrong};
use crate::report::inert::{inert, wrapped};
use crate::report::words;

/// Nothing where it did nothing wrong.
pub(super) fn lines(summary: &Summary, style: Style) -> Vec<String> {
    if summary.total.misdeeds.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![style.bad("what the pool did wrong")];
    for wrong in Wrong::ALL {
        let Some(times) = summary.total.misdeeds.get(&wrong) else { continue };
        let law = wrong.law().map(|law| format!(" (law {})", law.number())).unwrap_or_default();
        let heading = format!("{} x {}: {}{law}", words::count(*times), wrong.name(), wrong.sentence());
        lines.extend(indented(&heading, "  ", "    "));
        let of_kind = || summary.findings.iter().filter(|misdeed| misdeed.kind == wrong);
        lines.extend(of_kind().take(MOST).flat_map(misdeed));
        if of_kind().count() > MOST {
            lines.push(format!("{INDENT}and more, in summary.json"));
        }
    }
    lines
}

fn misdeed(misdeed: &Misdeed) -> Vec<String> {
    let Misdeed { at_s, tenant, caller, runtime, times, what, evidence, .. } = misdeed;
    let often = if *times > 1 { format!(", {} times", words::count(*times)) } else { String::new() };
    let (tenant, caller) = (inert(tenant, 30), inert(caller, 40));
    let head =
        format!("at {at_s:.3} s, {tenant}, process {} on port {}{often}: {caller} {what}", runtime.pid, runtime.port);
    let mut lines = indented(&head, INDENT, INDENT);
    lines.extend(evidence.iter().take(MOST_EVIDENCE).flat_map(|proof| indented(proof, "         - ", "           ")));
    lines
}

fn indented(text: &str, first: &str, rest: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - rest.len()).into_iter().enumerate();
    lines.map(|(number, line)| format!("{}{line}", if number == 0 { first } else { rest })).collect()
}

const INDENT: &str = "       ";
const MOST: usize = 2;
const MOST_EVIDENCE: usize = 12;
