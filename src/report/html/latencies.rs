//! How long everything took.

use maud::{Markup, html};

use crate::measure::{Family, Latency, Summary};
use crate::report::words;

pub(super) fn section(summary: &Summary) -> Markup {
    let told = Family::ALL.into_iter().map(|family| (family, summary.total.latency(family)));
    html! {
        section {
            h2 { "How long everything took, in milliseconds" }
            div.scrolls tabindex="0" role="region" aria-label="Latencies" {
                table {
                    thead { tr {
                        th scope="col" { "What" }
                        @for title in ["Count", "p50", "p90", "p95", "p99", "p99.9", "Longest"] {
                            th.number scope="col" { (title) }
                        }
                    } }
                    tbody { @for (family, latency) in told.filter(|(_, latency)| latency.count > 0) {
                        (row(family.name(), &latency))
                    } }
                }
            }
            p.note { "A percentile stands here only where enough samples do behind it." }
        }
    }
}

fn row(name: &str, latency: &Latency) -> Markup {
    let figures = [latency.p50, latency.p90, latency.p95, latency.p99, latency.p999, latency.max];
    html! {
        tr {
            th scope="row" { (name) }
            td.number { (words::count(latency.count)) }
            @for figure in figures { td.number { (figure.map_or_else(|| "–".to_owned(), words::ms)) } }
        }
    }
}
