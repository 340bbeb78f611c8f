//! A plan for a person at a terminal: what to set and why, the curve it rests on, how far it carries, and what to paste.

mod curve;
mod variations;

use super::{LABEL, Style, WIDTH};
use crate::plan::{Advice, Plan};
use crate::report::inert::wrapped;
use crate::report::planned::{self, bytes_of, cliff_words, margin_words, theory_words, ttl_words};

/// The report on a plan, with a final newline.
pub fn plan(plan: &Plan, style: Style) -> String {
    let sections = [
        advice(plan, style),
        doubts(plan),
        curve::table(plan, style),
        curve::plot(plan),
        closing(plan),
        variations::table(&plan.variations, style),
        variations::payoffs(plan),
        planned::settings(plan),
    ];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

/// The recommendation, and why not less.
fn advice(plan: &Plan, style: Style) -> Vec<String> {
    let (headline, why) = planned::answer(plan);
    let word = match plan.advice {
        Advice::Take { .. } => style.good("TAKE"),
        Advice::Impossible { .. } => style.bad("NOTHING"),
    };
    [format!("{word} {headline}")].into_iter().chain(why.iter().flat_map(|text| wrapped(text, WIDTH))).collect()
}

/// What makes the answer doubtful.
fn doubts(plan: &Plan) -> Vec<String> {
    planned::doubts(plan).iter().flat_map(|text| wrapped(text, WIDTH)).collect()
}

fn closing(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Advice::Take { margin, shorter_ttl, memory_bytes, .. } = &plan.advice {
        lines.extend(labelled("margin", &margin_words(margin)));
        lines.extend(memory_bytes.map(|bytes| {
            format!("{:<LABEL$}{} on the fullest host, where all runtimes exist", "memory", bytes_of(bytes))
        }));
        lines.extend(shorter_ttl.iter().flat_map(|ttl| labelled("idle TTL", &ttl_words(ttl))));
    }
    lines.extend(plan.cliff.iter().flat_map(|cliff| labelled("cliff", &cliff_words(cliff))));
    for check in plan.cross_check.iter().take(MOST_TENANTS) {
        lines.extend(labelled("theory", &theory_words(check)));
    }
    lines.push(format!("{:<LABEL$}{}", "seeds", format_args!("{} and those after it", plan.scenario.seed)));
    lines
}

/// A label, and a text that may need several lines.
fn labelled(label: &str, text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - LABEL).into_iter().enumerate();
    lines.map(|(line, text)| format!("{:<LABEL$}{text}", if line == 0 { label } else { "" })).collect()
}

const MOST_TENANTS: usize = 5;
