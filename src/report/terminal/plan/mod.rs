//! A plan for a person at a terminal: what to set and why, the curve it rests on, how far it carries, and what to paste.

mod curve;
mod paste;
mod variations;

use super::{LABEL, Style, WIDTH};
use crate::measure::{Dimension, Standing, Threshold};
use crate::plan::{Advice, Binding, CrossCheck, Margin, Plan, ShorterTtl, Shortfall};
use crate::report::inert::{inert, wrapped};
use crate::report::words;

/// The report on a plan, with a final newline.
pub fn plan(plan: &Plan, style: Style) -> String {
    let sections = [
        advice(&plan.advice, style),
        doubts(plan),
        curve::table(plan, style),
        curve::plot(plan),
        closing(plan),
        variations::table(&plan.variations, style),
        variations::payoffs(plan),
        paste::settings(plan),
    ];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

/// The recommendation, and why not less.
fn advice(advice: &Advice, style: Style) -> Vec<String> {
    match advice {
        Advice::Take { cap, plays, one_less, .. } => {
            let word = style.good("TAKE");
            let mut lines = vec![format!(
                "{word} max_concurrent_users = {}: the smallest that surely keeps all thresholds.",
                words::count((*cap).into())
            )];
            let mut why = vec![format!("Judged by {} plays with different seeds.", words::count(*plays))];
            why.extend(one_less.iter().map(|short| format!("With {}, {}.", cap - 1, sentence(short))));
            lines.extend(why.iter().flat_map(|text| wrapped(text, WIDTH)));
            lines
        }
        Advice::Impossible { binding, largest, shortfalls, needed, needed_bytes } => {
            let word = style.bad("NOTHING");
            let mut lines = vec![format!("{word} that is allowed carries this traffic.")];
            let mut why = vec![obstacle(*binding, *largest)];
            why.extend(shortfalls.iter().map(|short| format!("There, {}.", sentence(short))));
            why.extend(needed.map(|cap| {
                let memory = needed_bytes.map(|bytes| format!(", {} on the fullest host", bytes_of(bytes)));
                format!("A cap of {} would do{}.", words::count(cap.into()), memory.unwrap_or_default())
            }));
            lines.extend(why.iter().flat_map(|text| wrapped(text, WIDTH)));
            lines
        }
    }
}

fn obstacle(binding: Binding, largest: u32) -> String {
    let slots = words::count(largest.into());
    match binding {
        Binding::Memory => format!("Memory allows a cap of {slots} at most."),
        Binding::Ports => format!("The ports of a host allow a cap of {slots} at most."),
        Binding::NotTheCap => format!("More slots would not help: with {slots} nobody needs another."),
    }
}

/// What of a threshold does not hold, with the limit beside it.
fn sentence(short: &Shortfall) -> String {
    let threshold = Threshold::parse(&short.expression).ok();
    let dimension = threshold.as_ref().map_or(Dimension::Number, Threshold::dimension);
    let figure = inert(threshold.as_ref().map_or(short.expression.as_str(), Threshold::figure), WIDTH);
    let demand = inert(&threshold.as_ref().map(Threshold::demand).unwrap_or_default(), WIDTH);
    let shown = |value: f64| words::beside(value, short.limit, dimension);
    if let Some(reason) = &short.reason {
        return format!("{figure} could not be evaluated ({})", inert(reason, WIDTH));
    }
    let (Some(mean), Some(low), Some(high)) = (short.mean, short.low, short.high) else {
        return format!("{figure} was not observed in every play");
    };
    let interval = format!("{figure} is {} ({} to {})", shown(mean), shown(low), shown(high));
    match short.standing {
        Standing::Undecided => format!("{interval}, too near to {demand} to tell"),
        Standing::Fails | Standing::Holds => format!("{interval}, not {demand}"),
    }
}

/// What makes the answer doubtful.
fn doubts(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if !plan.worse_above.is_empty() {
        let caps: Vec<String> = plan.worse_above.iter().map(u32::to_string).collect();
        let text = format!("careful: more is not always better, a cap of {} breaks a threshold", caps.join(", "));
        lines.extend(wrapped(&text, WIDTH));
    }
    for CrossCheck { tenant, memoryless_gap_cv, .. } in &plan.cross_check {
        if let Some(cv) = memoryless_gap_cv {
            let text = format!(
                "careful: {}'s turn_gap has a CV of {cv:.2}; people speak more evenly, and evenly is harder for a pool: a \
                 memoryless gap hides the cliff, measure yours",
                inert(tenant, 40)
            );
            lines.extend(wrapped(&text, WIDTH));
        }
    }
    lines
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
    for check in plan.cross_check.iter().take(MOST_TENANTS) {
        lines.extend(labelled("theory", &theory_words(check)));
    }
    lines.push(format!("{:<LABEL$}{}", "seeds", format_args!("{} and those after it", plan.scenario.seed)));
    lines
}

fn margin_words(margin: &Margin) -> String {
    let growth = format!("{:.2} times the traffic", margin.growth);
    if margin.at_least {
        return format!("carries {growth} at least");
    }
    let first: Vec<String> = margin.breaks_first.iter().map(|expression| inert(expression, WIDTH)).collect();
    format!("carries {growth}; beyond that {} breaks first", first.join(" and "))
}

fn ttl_words(ttl: &ShorterTtl) -> String {
    let ShorterTtl { idle_ttl_s, runtimes, instead_of } = ttl;
    format!("{idle_ttl_s:.0} s would do, too: {runtimes:.1} runtimes on average instead of {instead_of:.1}")
}

fn theory_words(check: &CrossCheck) -> String {
    let CrossCheck { tenant, erlangs_per_worker, erlang_b, applies, .. } = check;
    let offered = format!("{} offers a worker {erlangs_per_worker:.2} Erlangs", inert(tenant, 40));
    if *applies {
        let refused = words::share(*erlang_b);
        return format!("{offered}; Erlang B refuses {refused} of them (Poisson calls, distinct callers, no boots)");
    }
    format!(
        "{offered}; leases end before calls do, so Erlang B does not apply: who comes back may find his runtime gone"
    )
}

/// A label, and a text that may need several lines.
fn labelled(label: &str, text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - LABEL).into_iter().enumerate();
    lines.map(|(line, text)| format!("{:<LABEL$}{text}", if line == 0 { label } else { "" })).collect()
}

/// In the units of who buys memory.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn bytes_of(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

const MOST_TENANTS: usize = 5;
