//! Who evicted whom.

use maud::{Markup, html};

use crate::measure::chronicle::{Chronicle, Pair};
use crate::report::inert::inert;
use crate::report::words;

pub(super) fn section(chronicle: &Chronicle) -> Markup {
    let evictions = &chronicle.evictions;
    let shown = evictions.pairs.len().min(MOST);
    html! {
        section {
            h2 { "Who evicted whom" }
            @if evictions.total == 0 { p.note { "Nobody was evicted for another caller." } } @else {
                p.note {
                    (words::count(evictions.total)) " evictions, between "
                    @if evictions.untold > 0 { "at least " }
                    (words::count(evictions.pairs_told)) " pairs of callers. A worker's pool is its own, so callers evict \
                    each other within their tenant."
                    @if (shown as u64) < evictions.pairs_told { " These " (shown) " came up most often." }
                }
                div.scrolls tabindex="0" role="region" aria-label="Who evicted whom" {
                    table.sortable {
                        thead { tr {
                            th scope="col" { "Tenant" } th scope="col" { "Needed room" } th scope="col" { "Had to go" }
                            th.number scope="col" { "Times" }
                        } }
                        tbody { @for pair in evictions.pairs.iter().take(MOST) { (row(pair)) } }
                    }
                }
            }
        }
    }
}

fn row(Pair { tenant, by, victim, times }: &Pair) -> Markup {
    html! {
        tr {
            th scope="row" { (inert(tenant, LONGEST_NAME)) }
            td { (inert(by, LONGEST_NAME)) }
            td { (inert(victim, LONGEST_NAME)) }
            td.number data-value=(times) { (words::count(*times)) }
        }
    }
}

const LONGEST_NAME: usize = 60;
const MOST: usize = 25;
