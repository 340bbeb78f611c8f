//! The page of a run: head, sections, scripts.

use maud::{Markup, html};

use super::frame::Frame;
use super::{
    Page, cards, charts, evictions, latencies, misdeeds, origin, plotted, tenants, thresholds, verdict, waterfall,
};
use crate::measure::Mode;
use crate::report::inert::inert;

pub(super) fn whole(page: &Page<'_>) -> Markup {
    let played = match page.summary.scenario.mode {
        Mode::Run => "played in real time",
        Mode::Sim => "played in virtual time",
    };
    let frame = Frame {
        title: &format!("{}: {}", verdict::word(page.summary), name(page)),
        what: html! { strong { (name(page)) } " · " (played) " · seed " (page.summary.scenario.seed) },
        sections: sections(page),
        plotted: page.chronicle.map(plotted::json),
        script: SCRIPT,
    };
    frame.whole()
}

fn sections(page: &Page<'_>) -> Markup {
    let summary = page.summary;
    html! {
        (verdict::section(summary))
        (cards::section(summary))
        (thresholds::section(summary))
        (misdeeds::section(summary))
        @match page.chronicle {
            Some(chronicle) => {
                (charts::over_time(chronicle))
                (charts::distribution(chronicle))
                (waterfall::section(chronicle))
                (tenants::section(summary))
                (evictions::section(chronicle))
            }
            None => {
                section { p.note { (NO_CHRONICLE) } }
                (tenants::section(summary))
            }
        }
        (latencies::section(summary))
        (origin::section(page))
    }
}

fn name(page: &Page<'_>) -> String {
    inert(&page.summary.scenario.name, LONGEST_NAME)
}

const LONGEST_NAME: usize = 80;
const NO_CHRONICLE: &str = "This run was filed without a chronicle, so there is nothing to draw: \
    play it again with this version, in virtual time with --out.";
const SCRIPT: &str = concat!(
    include_str!("assets/theme.js"),
    include_str!("assets/tables.js"),
    include_str!("assets/draw.js"),
    include_str!("assets/charts.js")
);
