//! A plan as one page: the answer in words, the curve it rests on, where it falls off, and the surface as a heat map.
//!
//! Made as a run's page is: text by templates that escape, charts by uPlot from numbers in the page, one policy. The heat
//! map is a table whose cells are coloured: it can be read aloud, copied and printed.

mod answer;
mod charts;
mod heat;
mod settings;
mod tables;

use maud::{Markup, html};

use super::frame::Frame;
use crate::plan::{Advice, Plan};
use crate::report::inert::inert;

/// The page, as a whole file; with the text of the scenario, where it is at hand.
pub fn plan_html(plan: &Plan, scenario: Option<&str>) -> String {
    let name = inert(&plan.scenario.name, LONGEST_NAME);
    let frame = Frame {
        title: &format!("{}: {name}", answer::word(plan)),
        what: html! { strong { (name) } " · planned in virtual time · seeds from " (plan.scenario.seed) " on" },
        sections: sections(plan, scenario),
        plotted: Some(charts::plotted(plan)),
        script: SCRIPT,
    };
    frame.whole().into_string()
}

fn sections(plan: &Plan, scenario: Option<&str>) -> Markup {
    html! {
        (answer::section(plan))
        (answer::cards(plan))
        (charts::section(plan))
        (heat::section(plan))
        (tables::variations(plan))
        (tables::curve(plan))
        (tables::theory(plan))
        (settings::section(plan, scenario))
    }
}

/// The cap that is advised, if one is.
fn chosen(plan: &Plan) -> Option<u32> {
    if let Advice::Take { cap, .. } = plan.advice { Some(cap) } else { None }
}

const LONGEST_NAME: usize = 80;
const SCRIPT: &str = concat!(
    include_str!("../assets/theme.js"),
    include_str!("../assets/tables.js"),
    include_str!("../assets/draw.js"),
    include_str!("../assets/plan.js")
);

#[cfg(test)]
mod tests;
