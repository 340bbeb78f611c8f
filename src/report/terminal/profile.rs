//! What the rules of an official SDK came to, where pools followed them.

use super::WIDTH;
use crate::measure::{LawByDesign, ProfileFigures, Summary};
use crate::report::inert::{inert, wrapped};
use crate::report::words;

/// What they did that our own rules exclude; nothing where pools followed our own.
pub(super) fn lines(summary: &Summary) -> Vec<String> {
    let Some(profile) = &summary.profile else { return Vec::new() };
    let mut lines = vec![format!("what the rules of {} did that ours exclude", inert(&profile.name, 40))];
    lines.extend(told(profile).iter().flat_map(|what| item(what)));
    lines
}

/// One sentence each.
pub(in crate::report) fn told(profile: &ProfileFigures) -> Vec<String> {
    let discarded = match profile.boots_discarded {
        0 => None,
        1 => Some("1 runtime was booted, and thrown away for lack of room".to_owned()),
        many => Some(format!("{} runtimes were booted, and thrown away for lack of room", words::count(many))),
    };
    let told: Vec<String> = profile.laws.iter().map(law).chain(discarded).collect();
    if told.is_empty() { vec!["nothing: every law was kept, and no boot was for nothing".to_owned()] } else { told }
}

fn law(broken: &LawByDesign) -> String {
    let whose = broken.tenant.as_ref().map(|tenant| format!(", tenant {}", inert(tenant, 60))).unwrap_or_default();
    let times = if broken.times == 1 { "once".to_owned() } else { format!("{} times", words::count(broken.times)) };
    let first = if broken.times == 1 { "at" } else { "first at" };
    format!(
        "law {} ({}) was broken {times}, {first} {:.3} s{whose}: {}",
        broken.law.number(),
        broken.law.sentence(),
        broken.first_at_s,
        inert(&broken.first, LONGEST)
    )
}

fn item(text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - 4).into_iter().enumerate();
    lines.map(|(number, line)| format!("{}{line}", if number == 0 { "  - " } else { "    " })).collect()
}

const LONGEST: usize = 200;
