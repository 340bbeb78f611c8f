//! What to set and why, in words and in four figures.

use maud::{Markup, html};

use super::chosen;
use crate::plan::{Advice, Plan};
use crate::report::planned;
use crate::report::words;

pub(super) fn word(plan: &Plan) -> &'static str {
    if chosen(plan).is_some() { "TAKE" } else { "NOTHING" }
}

pub(super) fn section(plan: &Plan) -> Markup {
    let (headline, why) = planned::answer(plan);
    let tone = if chosen(plan).is_some() { "good" } else { "bad" };
    html! {
        section.verdict.(tone) aria-label="Answer" {
            h1 { (word(plan)) " " (headline) }
            @for sentence in why { p.why { (sentence) } }
            @let doubts = planned::doubts(plan);
            @if !doubts.is_empty() { ul { @for doubt in doubts { li { (doubt) } } } }
        }
    }
}

pub(super) fn cards(plan: &Plan) -> Markup {
    let Advice::Take { cap, margin, memory_bytes, ports: (first, last), shorter_ttl, .. } = &plan.advice else {
        return Markup::default();
    };
    let point = plan.curve.iter().find(|point| point.cap == *cap);
    let met = point.and_then(|point| point.budget_met.mean);
    let memory = memory_bytes.map(planned::bytes_of);
    let runtimes = point.and_then(|point| point.runtimes.mean).map(|mean| format!("{mean:.1}"));
    let existing = format!("of {} that there may be; ports {first} to {last}", words::count((*cap).into()));
    let ttl =
        shorter_ttl.as_ref().map(|ttl| format!("; an idle TTL of {}", planned::ttl_words(ttl))).unwrap_or_default();
    html! {
        section.cards aria-label="The figures that matter" {
            (card("Within the budget", met.map(words::share), "of the recalls, on average over all plays at this cap"))
            (card("Room to grow", Some(format!("{:.2} ×", margin.growth)), &planned::margin_words(margin)))
            (card("Memory of the fullest host", memory, "where all runtimes exist; [runtime] rss says what one takes"))
            (card("Runtimes on average", runtimes, &(existing + &ttl)))
        }
    }
}

fn card(title: &str, figure: Option<String>, sentence: &str) -> Markup {
    html! {
        div.card { h2 { (title) } p.figure { (figure.unwrap_or_else(|| "–".to_owned())) } p { (sentence) } }
    }
}
