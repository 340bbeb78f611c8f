//! What if, the caps that were played, and what theory says: as tables.

use maud::{Markup, html};

use super::chosen;
use crate::measure::Standing;
use crate::plan::{Outcome, Plan, Point};
use crate::report::inert::inert;
use crate::report::planned;
use crate::report::words;

pub(super) fn variations(plan: &Plan) -> Markup {
    if plan.variations.is_empty() {
        return Markup::default();
    }
    let experimental = plan.variations.iter().any(|row| row.experimental);
    html! {
        section {
            h2 { "What if" }
            div.scrolls tabindex="0" role="region" aria-label="What if" {
                table {
                    thead { tr {
                        th scope="col" { "Settings" } th scope="col" { "Holds" }
                        @for title in ["Cap", "Slots", "In budget", "Recall p99", "Refused", "Memory"] { th.number scope="col" { (title) } }
                    } }
                    tbody { @for row in &plan.variations { (variation(row)) } }
                }
            }
            @if experimental { p.note { "* experimental: no release of the SDK has this policy." } }
            @if !plan.payoffs.is_empty() {
                h3 { "Which lever pays" }
                ul { @for payoff in &plan.payoffs { li { strong { (inert(&payoff.lever, LONGEST)) } ": " (planned::brings(payoff)) } } }
            }
        }
    }
}

fn variation(row: &Outcome) -> Markup {
    html! {
        tr.bad[!row.holds] {
            th scope="row" { (inert(&row.settings.join(" "), LONGEST)) @if row.experimental { " *" } }
            td {
                (holds(row.holds))
                @if !row.holds { p.note { "breaks " (inert(&row.breaks.join(", "), LONGEST)) } }
            }
            td.number { (row.cap.map_or_else(|| "none".to_owned(), |cap| words::count(cap.into()))) }
            td.number { (words::count(row.slots)) }
            td.number { (share(row.budget_met)) }
            td.number { (milliseconds(row.recall_p99_ms)) }
            td.number { (share(row.refused)) }
            td.number { (row.memory_bytes.map_or_else(nothing, planned::bytes_of)) }
        }
    }
}

pub(super) fn curve(plan: &Plan) -> Markup {
    html! {
        section {
            h2 { "Caps that were played" }
            p.note { "A cap is judged where its plays decide every threshold; the others were looked at." }
            div.scrolls tabindex="0" role="region" aria-label="Caps that were played" {
                table {
                    thead { tr {
                        th scope="col" { "Cap" } th scope="col" { "Thresholds" }
                        @for title in ["Plays", "In budget", "Recall p99", "Refused", "Boots per turn", "Runtimes"] { th.number scope="col" { (title) } }
                    } }
                    tbody { @for point in &plan.curve { (played(plan, point)) } }
                }
            }
        }
    }
}

fn played(plan: &Plan, point: &Point) -> Markup {
    let interval = |mean: Option<f64>, low: Option<f64>, high: Option<f64>| match (low, high) {
        (Some(low), Some(high)) => {
            format!("{} ({} to {})", share(mean), words::share(low.clamp(0.0, 1.0)), words::share(high.clamp(0.0, 1.0)))
        }
        _ => share(mean),
    };
    html! {
        tr.chosen[chosen(plan) == Some(point.cap)] {
            th scope="row" { (words::count(point.cap.into())) @if chosen(plan) == Some(point.cap) { " ◂ take" } }
            td {
                @match point.standing {
                    Some(Standing::Holds) => (holds(true)),
                    Some(Standing::Fails) => (holds(false)),
                    Some(Standing::Undecided) => "cannot be told",
                    None => "looked at",
                }
            }
            td.number { (words::count(point.plays)) }
            td.number { (interval(point.budget_met.mean, point.budget_met.low, point.budget_met.high)) }
            td.number { (milliseconds(point.recall_p99_ms.mean)) }
            td.number { (share(point.refused.mean)) }
            td.number { (format!("{:.3}", point.booted)) }
            td.number { (format!("{:.1}", point.runtimes.mean.unwrap_or(0.0))) }
        }
    }
}

pub(super) fn theory(plan: &Plan) -> Markup {
    html! {
        section {
            h2 { "What theory says" }
            ul { @for check in plan.cross_check.iter().take(MOST_TENANTS) { li { (planned::theory_words(check)) } } }
            @if plan.cross_check.len() > MOST_TENANTS {
                p.note { "These are " (MOST_TENANTS) " of " (words::count(plan.cross_check.len() as u64)) " tenants; all stand in plan.json." }
            }
        }
    }
}

fn holds(holds: bool) -> Markup {
    html! { @if holds { span.good { "✓ hold" } } @else { span.bad { "✗ broken" } } }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(nothing, words::share)
}

fn milliseconds(ms: Option<f64>) -> String {
    ms.map_or_else(nothing, |ms| format!("{} ms", words::ms(ms)))
}

fn nothing() -> String {
    "–".to_owned()
}

const LONGEST: usize = 200;
const MOST_TENANTS: usize = 50;
