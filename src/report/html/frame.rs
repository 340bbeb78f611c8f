//! What every page has: a head with its policy, a banner, a footer, the scripts.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// A page to be put together.
pub(super) struct Frame<'a> {
    /// For the browser's tab, before the name of the tool.
    pub(super) title: &'a str,
    /// What the page is about, under the mark.
    pub(super) what: Markup,
    pub(super) sections: Markup,
    /// The numbers behind the charts, as JSON that can stand in a page.
    pub(super) plotted: Option<String>,
    /// What draws them, on top of [`DRAWING`].
    pub(super) script: &'a str,
}

impl Frame<'_> {
    pub(super) fn whole(&self) -> Markup {
        let style = format!("{UPLOT_STYLE}\n{STYLE}");
        let Self { title, what, sections, plotted, script } = self;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy(&style, script));
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (title) " · busyhour" }
                    style { (PreEscaped(&style)) }
                }
                body {
                    header.banner {
                        div { p.mark { "busyhour" } p.what { (what) } }
                        button #theme type="button" hidden { "Theme: " span { "system" } }
                    }
                    main { (sections) }
                    footer { p { "Written by busyhour. This page loads nothing and sends nothing." } }
                    @if let Some(plotted) = plotted {
                        script id="plotted" type="application/json" { (PreEscaped(plotted)) }
                    }
                    script { (PreEscaped(UPLOT)) }
                    script { (PreEscaped(script)) }
                }
            }
        }
    }
}

/// JSON that can stand in a page: `<` is escaped, so that nothing in it ends its element.
pub(super) fn plotted(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// Nothing may be loaded; this style and these scripts may be used, by their hashes.
fn policy(style: &str, script: &str) -> String {
    let [style, uplot, script] = [style, UPLOT, script].map(|text| BASE64_STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{uplot}' 'sha256-{script}'; \
         base-uri 'none'; form-action 'none'"
    )
}

const UPLOT: &str = include_str!("uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("uplot/uPlot.min.css");
const STYLE: &str = include_str!("assets/page.css");
