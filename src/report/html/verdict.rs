//! The verdict, first of all.

use maud::{Markup, html};

use crate::measure::{ProfileFigures, Summary, Verdict, Violation};
use crate::report::inert::inert;
use crate::report::terminal::profile;
use crate::report::terminal::verdict::said;
use crate::report::words;

pub(super) fn section(summary: &Summary) -> Markup {
    let (word, why) = said(summary);
    html! {
        section.verdict.(tone(summary)) aria-label="Verdict" {
            h1 { (word) }
            p.why { (capitalised(&why)) }
            @if !summary.harness.invalid.is_empty() {
                ul { @for reason in &summary.harness.invalid { li { (inert(reason, LONGEST)) } } }
            }
            (last_words(summary))
            @if summary.broke_a_law() { (broken(summary)) }
            @if let Some(profile) = &summary.profile { (by_design(profile)) }
        }
    }
}

pub(super) fn word(summary: &Summary) -> &'static str {
    said(summary).0
}

fn tone(summary: &Summary) -> &'static str {
    match summary.verdict {
        Verdict::Pass => "good",
        Verdict::Fail => "bad",
        Verdict::Invalid | Verdict::Unjudged => "doubtful",
    }
}

/// What a driver in trouble said last; the lines keep their form, as a traceback's mean something.
fn last_words(summary: &Summary) -> Markup {
    let words = summary.client.as_ref().map_or(&[][..], |client| &client.last_words);
    let lines: Vec<String> = words.iter().map(|line| inert(line, LONGEST)).collect();
    html! {
        @if !lines.is_empty() {
            p.why { "The driver's last words on standard error:" }
            pre #last-words tabindex="0" { code { (lines.join("\n")) } }
        }
    }
}

/// What no load excuses.
fn broken(summary: &Summary) -> Markup {
    let counts = &summary.total.counts;
    let told = [
        (counts.leaks, "runtimes left behind"),
        (counts.saves.lost, "acknowledged saves lost"),
        (counts.saves.duplicated, "saves delivered more than once"),
        (counts.violations, "violations seen"),
    ];
    html! {
        ul {
            @for (number, what) in told.iter().filter(|(number, _)| *number > 0) {
                li { strong { "Law broken: " } (what) ": " (words::count(*number)) }
            }
            @for violation in summary.violations.iter().take(MOST) { li { (seen(violation)) } }
        }
    }
}

/// What the rules of an official SDK did that ours exclude.
fn by_design(figures: &ProfileFigures) -> Markup {
    html! {
        p.why { "What the rules of " (inert(&figures.name, 60)) " did that ours exclude:" }
        ul { @for what in profile::told(figures) { li { (capitalised(&what)) } } }
    }
}

fn seen(violation: &Violation) -> String {
    let whose = violation.tenant.as_ref().map(|tenant| format!(", tenant {}", inert(tenant, 60))).unwrap_or_default();
    let (at, what, law) = (violation.at_s, inert(&violation.what, LONGEST), violation.law);
    format!("At {at:.3} s{whose}: {what}; law {} ({})", law.number(), law.sentence())
}

fn capitalised(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

const LONGEST: usize = 400;
const MOST: usize = 5;
