//! A row for each tenant, the worst first; the script lets them be sorted by any column.

use std::cmp::Ordering;

use maud::{Markup, html};

use crate::measure::{Family, Figures, Summary};
use crate::report::inert::inert;
use crate::report::words;

pub(super) fn section(summary: &Summary) -> Markup {
    let mut tenants: Vec<(&String, &Figures)> = summary.tenants.iter().collect();
    tenants.sort_by(|one, other| worse(one.1, other.1));
    html! {
        section {
            h2 { "Tenants" }
            @if tenants.len() > MOST {
                p.note { "These are the " (MOST) " of " (words::count(tenants.len() as u64))
                    " with the smallest share within the budget; all stand in summary.json." }
            }
            div.scrolls tabindex="0" role="region" aria-label="Tenants" {
                table.sortable {
                    thead { tr { @for (place, title) in COLUMNS.iter().enumerate() {
                        th scope="col" .number[place > 0] { (title) }
                    } } }
                    tbody { @for (name, figures) in tenants.iter().take(MOST) { (row(name, figures)) } }
                }
            }
        }
    }
}

fn row(name: &str, figures: &Figures) -> Markup {
    let counts = &figures.counts;
    let boots = figures.latency(Family::BootWarm).count + figures.latency(Family::BootCold).count;
    let recall = figures.latency(Family::Recall);
    let refused: u64 =
        counts.errors.iter().filter(|(code, _)| code.starts_with("pool.")).map(|(_, number)| number).sum();
    html! {
        tr {
            th scope="row" { (inert(name, LONGEST_NAME)) }
            (counted(counts.calls))
            (counted(counts.turns))
            (value(figures.budget.share, words::share))
            (value(recall.p50, words::ms))
            (value(recall.p99, words::ms))
            (counted(counts.recalls_failed))
            (counted(refused))
            (counted(boots))
            (counted(counts.drains.lru))
            (counted(figures.gauges.runtimes.peak.into()))
        }
    }
}

fn counted(number: u64) -> Markup {
    html! { td.number data-value=(number) { (words::count(number)) } }
}

fn value(value: Option<f64>, word: fn(f64) -> String) -> Markup {
    html! { td.number data-value=[value] { (value.map_or_else(|| "–".to_owned(), word)) } }
}

/// The smaller share within the budget comes first; who was not called comes last.
fn worse(one: &Figures, other: &Figures) -> Ordering {
    let share = |figures: &Figures| figures.budget.share.unwrap_or(f64::INFINITY);
    share(one).total_cmp(&share(other)).then(other.budget.missed.cmp(&one.budget.missed))
}

const COLUMNS: [&str; 11] =
    ["Tenant", "Calls", "Turns", "In budget", "p50 ms", "p99 ms", "Failed", "Refused", "Boots", "Evicted", "Peak"];
const LONGEST_NAME: usize = 60;
const MOST: usize = 250;
