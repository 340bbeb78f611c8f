//! Where the milliseconds of recalls go: on average by admission, and in the slowest turns.

use maud::{Markup, html};

use crate::measure::chronicle::{Chronicle, Kind, Parts, SlowTurn};
use crate::report::inert::inert;
use crate::report::words;

pub(super) fn section(chronicle: &Chronicle) -> Markup {
    let longest_mean = longest(chronicle.curves.values().map(|curve| curve.mean));
    let longest_turn = longest(chronicle.slowest.iter().map(|turn| turn.parts));
    html! {
        section {
            h2 { "Where a recall's milliseconds go" }
            p.key aria-hidden="true" {
                span.admission { "waiting for a runtime" } span.session { "starting a session" }
                span.search { "searching" } span.rest { "retries, errors, lag" }
            }
            @if chronicle.curves.is_empty() { p.note { "No recall was counted." } } @else {
                h3 { "On average" }
                div.scrolls tabindex="0" role="region" aria-label="Where time goes on average" {
                    table.bars {
                        (head("Admission", "Recalls"))
                        tbody {
                            @for (kind, curve) in &chronicle.curves {
                                tr { th scope="row" { (word(*kind)) } td.number { (words::count(curve.count)) }
                                    (cells(curve.mean, longest_mean)) }
                            }
                        }
                    }
                }
                h3 { "The slowest turns" }
                div.scrolls tabindex="0" role="region" aria-label="The slowest turns" {
                    table.bars {
                        (head("Turn", "At"))
                        tbody { @for turn in &chronicle.slowest { (slow(turn, longest_turn)) } }
                    }
                }
            }
        }
    }
}

fn head(what: &str, number: &str) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (what) } th.number scope="col" { (number) }
                th scope="col" { "Where the time went" } th.number scope="col" { "ms" }
            }
        }
    }
}

fn slow(turn: &SlowTurn, longest: f64) -> Markup {
    html! {
        tr {
            th scope="row" {
                (inert(&turn.tenant, LONGEST_NAME)) ", " (word(turn.kind))
                @if let Some(error) = &turn.error { " " span.bad { (inert(error, LONGEST_NAME)) } }
            }
            td.number { (clock(turn.at_s)) }
            (cells(turn.parts, longest))
        }
    }
}

/// A bar as long as it took, and how long that was. Widths are attributes, so that no style has to be allowed.
fn cells(parts: Parts, longest: f64) -> Markup {
    let Parts { took_ms, admission_ms, session_start_ms, search_ms } = parts;
    let rest = (took_ms - admission_ms - session_start_ms - search_ms).max(0.0);
    let shares = [
        ("admission", "waiting for a runtime", admission_ms),
        ("session", "starting a session", session_start_ms),
        ("search", "searching", search_ms),
        ("rest", "retries, errors, lag", rest),
    ];
    let mut from = 0.0;
    let drawn = shares.map(|(class, what, ms)| {
        let (x, width) = (from, 100.0 * ms / longest);
        from += width;
        (class, what, ms, x, width)
    });
    let told: Vec<String> = shares
        .iter()
        .filter(|(.., ms)| *ms >= 0.001)
        .map(|(_, what, ms)| format!("{what} {} ms", words::ms(*ms)))
        .collect();
    let told = told.join(", ");
    html! {
        td.bar {
            svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=(told) {
                title { (told) }
                @for (class, _, _, x, width) in drawn.iter().filter(|(.., width)| *width > 0.0) {
                    rect.(class) x=(format!("{x:.2}")) y="0" width=(format!("{width:.2}")) height="10" {}
                }
            }
        }
        td.number { (words::ms(took_ms)) }
    }
}

fn longest(parts: impl Iterator<Item = Parts>) -> f64 {
    parts.map(|parts| parts.took_ms).fold(0.001, f64::max)
}

/// Minutes and seconds after the run's beginning.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a run are a small positive number"
)]
fn clock(at_s: f64) -> String {
    let tenths = (at_s * 10.0).floor().max(0.0) as u64;
    let (minutes, rest) = (tenths / 600, tenths % 600);
    format!("{}:{:02}.{}", minutes, rest / 10, rest % 10)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Reuse => "reuse",
        Kind::Join => "join",
        Kind::Warm => "warm boot",
        Kind::Cold => "cold boot",
        Kind::Held => "lease held",
        Kind::Refused => "no runtime",
    }
}

const LONGEST_NAME: usize = 40;
