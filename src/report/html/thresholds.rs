//! Each threshold with what was observed, what was demanded, and what stands behind it.

use maud::{Markup, html};

use crate::measure::{Judged, Summary, Threshold};
use crate::report::inert::inert;
use crate::report::words;

pub(super) fn section(summary: &Summary) -> Markup {
    if summary.thresholds.is_empty() {
        return Markup::default();
    }
    html! {
        section {
            h2 { "Thresholds" }
            div.scrolls tabindex="0" role="region" aria-label="Thresholds" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Holds" }
                            th scope="col" { "Figure" }
                            th.number scope="col" { "Observed" }
                            th.number scope="col" { "Demanded" }
                            th.number scope="col" { "Samples" }
                        }
                    }
                    tbody { @for judged in &summary.thresholds { (row(judged)) } }
                }
            }
        }
    }
}

fn row(judged: &Judged) -> Markup {
    let samples = judged.samples.map(words::count).unwrap_or_default();
    // A summary of another version may hold a threshold this one cannot read; its words still tell.
    let parsed = Threshold::parse(&judged.expression).ok();
    let figure = parsed.as_ref().map_or(judged.expression.as_str(), Threshold::figure);
    let observed = judged.observed.map(|value| match &parsed {
        Some(threshold) => words::beside(value, threshold.limit(), threshold.dimension()),
        None => words::number(value),
    });
    html! {
        tr.bad[!judged.ok] {
            td { @if judged.ok { span.good { "✓ yes" } } @else { span.bad { "✗ no" } } }
            td {
                code { (inert(figure, LONGEST)) }
                @if let Some(reason) = &judged.reason { p.note { (inert(reason, LONGEST)) } }
            }
            td.number { (observed.unwrap_or_else(|| "nothing".to_owned())) }
            td.number { (parsed.as_ref().map(Threshold::demand).unwrap_or_default()) }
            td.number { (samples) }
        }
    }
}

const LONGEST: usize = 300;
