//! The page: head, sections, scripts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{Page, cards, charts, evictions, latencies, origin, plotted, tenants, thresholds, verdict, waterfall};
use crate::measure::Mode;
use crate::report::inert::inert;

pub(super) fn whole(page: &Page<'_>) -> Markup {
    let style = format!("{UPLOT_STYLE}\n{STYLE}");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (verdict::word(page.summary)) ": " (name(page)) " · busyhour" }
                style { (PreEscaped(&style)) }
            }
            body {
                (banner(page))
                main { (sections(page)) }
                footer { p { "Written by busyhour. This page loads nothing and sends nothing." } }
                @if let Some(chronicle) = page.chronicle {
                    script id="plotted" type="application/json" { (PreEscaped(plotted::json(chronicle))) }
                }
                script { (PreEscaped(UPLOT)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn banner(page: &Page<'_>) -> Markup {
    let played = match page.summary.scenario.mode {
        Mode::Run => "played in real time",
        Mode::Sim => "played in virtual time",
    };
    html! {
        header.banner {
            div {
                p.mark { "busyhour" }
                p.what { strong { (name(page)) } " · " (played) " · seed " (page.summary.scenario.seed) }
            }
            button #theme type="button" hidden { "Theme: " span { "system" } }
        }
    }
}

fn sections(page: &Page<'_>) -> Markup {
    let summary = page.summary;
    html! {
        (verdict::section(summary))
        (cards::section(summary))
        (thresholds::section(summary))
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

/// Nothing may be loaded; this style and these scripts may be used, by their hashes.
fn policy(style: &str) -> String {
    let [style, uplot, script] = [style, UPLOT, SCRIPT].map(|text| BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{uplot}' 'sha256-{script}'; \
         base-uri 'none'; form-action 'none'"
    )
}

const LONGEST_NAME: usize = 80;
const NO_CHRONICLE: &str = "This run was filed without a chronicle, so there is nothing to draw: \
    play it again with this version, in virtual time with --out.";
const UPLOT: &str = include_str!("uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("uplot/uPlot.min.css");
const STYLE: &str = include_str!("assets/page.css");
const SCRIPT: &str =
    concat!(include_str!("assets/theme.js"), include_str!("assets/tables.js"), include_str!("assets/charts.js"));
