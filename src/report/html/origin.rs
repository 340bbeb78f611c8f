//! What was played, by what, where, and how to play it again.

use maud::{Markup, html};

use super::Page;
use crate::measure::Summary;
use crate::report::inert::inert;
use crate::report::terminal::command;
use crate::report::words;

pub(super) fn section(page: &Page<'_>) -> Markup {
    let summary = page.summary;
    html! {
        section {
            h2 { "What was played" }
            dl { @for (term, text) in facts(summary) { div { dt { (term) } dd { (text) } } } }
            h3 { "Play it again" }
            pre { code { (command(summary)) } }
            @if let Some(scenario) = page.scenario {
                details { summary { "The scenario" } pre tabindex="0" { code { (shown(scenario)) } } }
            }
        }
    }
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let scenario = &summary.scenario;
    let mut facts = vec![
        ("Scenario", inert(&scenario.name, LONGEST)),
        ("File", inert(&scenario.file, LONGEST)),
        ("SHA-256 of the file", inert(&scenario.sha256, LONGEST)),
        ("Seed", scenario.seed.to_string()),
        ("Measured", seconds(summary.window.measured_s)),
        ("Warm-up, not counted", seconds(summary.window.warm_up_s)),
    ];
    facts.extend(summary.window.start.as_ref().map(|start| ("Began", inert(start, LONGEST))));
    facts.extend(summary.tool.as_ref().map(|tool| ("By", inert(&format!("{} {}", tool.name, tool.version), LONGEST))));
    facts.extend(summary.host.as_ref().map(|host| {
        let memory = host.memory_mb.map(|mb| format!(", {} MB of memory", words::count(mb))).unwrap_or_default();
        ("On", inert(&format!("{} {}, {} processors{memory}", host.os, host.arch, host.cores), LONGEST))
    }));
    facts.extend(summary.harness.cpu_s.map(|cpu| ("Processor time of the harness", seconds(cpu))));
    facts
}

fn seconds(seconds: f64) -> String {
    format!("{} s", words::number(seconds))
}

/// A scenario keeps its lines; of each, what is no letter or sign is made visible.
pub(super) fn shown(scenario: &str) -> String {
    let lines: Vec<String> = scenario.lines().take(MOST_LINES).map(|line| inert(line, LONGEST_LINE)).collect();
    lines.join("\n")
}

const LONGEST: usize = 200;
const LONGEST_LINE: usize = 300;
const MOST_LINES: usize = 1_000;
