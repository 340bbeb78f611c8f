//! What the pool did wrong.

use maud::{Markup, html};

use crate::measure::{Misdeed, Summary, Wrong};
use crate::report::inert::inert;
use crate::report::words;

/// Nothing where it did nothing wrong.
pub(super) fn section(summary: &Summary) -> Markup {
    html! {
        @if !summary.total.misdeeds.is_empty() {
            section #misdeeds {
                h2 { "What the pool did wrong" }
                @for wrong in Wrong::ALL {
                    @if let Some(times) = summary.total.misdeeds.get(&wrong) {
                        h3 { (words::count(*times)) " × " code { (wrong.name()) } }
                        p.note {
                            (wrong.sentence())
                            @if let Some(law) = wrong.law() { "; law " (law.number()) ": " (law.sentence()) }
                            "."
                        }
                        (table(summary.findings.iter().filter(|misdeed| misdeed.kind == wrong)))
                    }
                }
            }
        }
    }
}

fn table<'m>(misdeeds: impl Iterator<Item = &'m Misdeed>) -> Markup {
    html! {
        div.scrolls tabindex="0" role="region" aria-label="What the pool did wrong" {
            table {
                thead { tr { @for title in COLUMNS { th scope="col" { (title) } } } }
                tbody {
                    @for misdeed in misdeeds {
                        tr {
                            td.number { (format!("{:.3} s", misdeed.at_s)) }
                            td { (inert(&misdeed.tenant, LONGEST_NAME)) }
                            td { (inert(&misdeed.caller, LONGEST_NAME)) }
                            td { "process " (misdeed.runtime.pid) ", port " (misdeed.runtime.port) }
                            td {
                                (inert(&misdeed.what, LONGEST_TEXT))
                                @if misdeed.times > 1 { " (" (words::count(misdeed.times)) " times)" }
                                ul { @for proof in &misdeed.evidence { li { (inert(proof, LONGEST_TEXT)) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

const COLUMNS: [&str; 5] = ["At", "Tenant", "Caller", "Runtime", "What happened, and what proves it"];
const LONGEST_NAME: usize = 60;
const LONGEST_TEXT: usize = 300;
