//! What to paste, and what was planned.

use maud::{Markup, html};

use crate::plan::Plan;
use crate::report::html::origin::shown;
use crate::report::inert::inert;
use crate::report::planned;

pub(super) fn section(plan: &Plan, scenario: Option<&str>) -> Markup {
    let settings = planned::settings(plan);
    html! {
        section {
            h2 { "To paste" }
            @if settings.is_empty() { p.note { "There is nothing to set that would do." } } @else {
                pre tabindex="0" { code { (settings.join("\n")) } }
            }
            h2 { "What was planned" }
            dl {
                div { dt { "Scenario" } dd { (inert(&plan.scenario.name, LONGEST)) } }
                div { dt { "File" } dd { (inert(&plan.scenario.file, LONGEST)) } }
                div { dt { "SHA-256 of the file" } dd { (inert(&plan.scenario.sha256, LONGEST)) } }
                div { dt { "First seed" } dd { (plan.scenario.seed) } }
            }
            @if let Some(scenario) = scenario {
                details { summary { "The scenario" } pre tabindex="0" { code { (shown(scenario)) } } }
            }
        }
    }
}

const LONGEST: usize = 200;
