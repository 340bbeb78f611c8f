//! The four figures that matter, each with a plain sentence.

use maud::{Markup, html};

use crate::measure::{Family, Summary};
use crate::report::words;

/// A figure and what it means.
struct Card {
    title: &'static str,
    figure: String,
    sentence: String,
}

pub(super) fn section(summary: &Summary) -> Markup {
    let cards = [budget(summary), recall(summary), boots(summary), refusals(summary)];
    html! {
        section.cards aria-label="The figures that matter" {
            @for Card { title, figure, sentence } in cards {
                div.card { h2 { (title) } p.figure { (figure) } p { (sentence) } }
            }
        }
    }
}

fn budget(summary: &Summary) -> Card {
    let budget = &summary.total.budget;
    let (met, all, limit) =
        (words::count(budget.met), words::count(budget.met + budget.missed), words::number(budget.limit_ms));
    let sentence = match budget.share {
        Some(_) => format!("{met} of {all} recalls were answered within {limit} ms."),
        None => "No recall was attempted.".to_owned(),
    };
    Card { title: "Budget met", figure: budget.share.map_or_else(nothing, words::share), sentence }
}

fn recall(summary: &Summary) -> Card {
    let recall = summary.total.latency(Family::Recall);
    let told = |title, ms, of| {
        let slowest = recall.max.map(words::ms).unwrap_or_default();
        let (ms, count) = (words::ms(ms), words::count(recall.count));
        let sentence = format!("{of} of {count} recalls took at most {ms} ms; the slowest took {slowest} ms.");
        Card { title, figure: format!("{ms} ms"), sentence }
    };
    match recall.p99_or_lower() {
        Some(("p99", ms)) => told("Recall p99", ms, "99 %"),
        Some(("p95", ms)) => told("Recall p95 (too few for p99)", ms, "95 %"),
        Some(("p90", ms)) => told("Recall p90 (too few for p99)", ms, "90 %"),
        Some(("p50", ms)) => told("Recall median (too few for p99)", ms, "Half"),
        Some((_, ms)) => told("Slowest recall (too few for p99)", ms, "All"),
        None => Card { title: "Recall p99", figure: nothing(), sentence: "No recall was attempted.".to_owned() },
    }
}

fn boots(summary: &Summary) -> Card {
    let [warm, cold] = [Family::BootWarm, Family::BootCold].map(|family| summary.total.latency(family).count);
    let (boots, turns) = (warm + cold, summary.total.counts.turns);
    let figure = if turns == 0 { nothing() } else { words::number(hundredths(boots as f64 / turns as f64)) };
    let kinds = format!("{} warm, {} cold", words::count(warm), words::count(cold));
    let sentence = match boots {
        0 => "No runtime had to be started.".to_owned(),
        _ if turns == 0 => format!("{kinds}; no turn was played."),
        _ if boots > turns => format!("{kinds}: more boots than turns; a save may need one, too."),
        _ => format!("{kinds}: one boot for every {} turns.", format_args!("{:.1}", turns as f64 / boots as f64)),
    };
    Card { title: "Boots per turn", figure, sentence }
}

fn refusals(summary: &Summary) -> Card {
    let refused = summary.total.counts.errors.iter().filter(|(code, _)| code.starts_with("pool."));
    let refused: Vec<(&String, u64)> = refused.map(|(code, number)| (code, *number)).collect();
    let all: u64 = refused.iter().map(|(_, number)| number).sum();
    let by_code: Vec<String> =
        refused.iter().map(|(code, number)| format!("{} {code}", words::count(*number))).collect();
    let sentence = match all {
        0 => "Nobody was refused for want of a slot or a port.".to_owned(),
        _ => format!("The pool turned requests down: {}.", by_code.join(", ")),
    };
    Card { title: "Refusals", figure: words::count(all), sentence }
}

fn nothing() -> String {
    "–".to_owned()
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
