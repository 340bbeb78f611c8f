//! The verdict, as one says it to whoever runs a call centre.

use super::{Style, WIDTH};
use crate::measure::{Aborted, Summary, Verdict};
use crate::report::inert::{inert, wrapped};
use crate::report::words;

/// The verdict and why.
pub(super) fn lines(summary: &Summary, style: Style) -> Vec<String> {
    let (word, sentence) = said(summary);
    let mut lines = wrapped(&format!("{word}: {sentence}"), WIDTH);
    lines[0] = lines[0].replacen(word, &painted(word, summary.verdict, style), 1);
    lines.extend(summary.harness.invalid.iter().take(MOST).flat_map(|reason| item(reason)));
    lines.extend(last_words(summary));
    let broken = broken_laws(summary).into_iter();
    lines.extend(broken.map(|law| format!("{}: {law}", style.bad("LAW BROKEN"))));
    lines.extend(violations(summary));
    lines
}

/// The verdict in a word, and why in a sentence.
pub(in crate::report) fn said(summary: &Summary) -> (&'static str, String) {
    match summary.verdict {
        Verdict::Pass => ("PASS", answered(summary)),
        Verdict::Unjudged => ("UNJUDGED", format!("{} The scenario has no thresholds.", answered(summary))),
        Verdict::Fail if summary.broke_a_law() => ("FAIL", format!("a law was broken. {}", judged(summary))),
        Verdict::Fail => ("FAIL", judged(summary)),
        Verdict::Invalid => ("INVALID", unmeasured(summary)),
    }
}

/// Where the harness did well, samples are all that is missing.
fn unmeasured(summary: &Summary) -> String {
    if summary.harness.invalid.is_empty() {
        return answered(summary) + " There were too few samples to judge by.";
    }
    "the harness could not measure this properly; do not trust these figures.".to_owned()
}

fn painted(word: &str, verdict: Verdict, style: Style) -> String {
    match verdict {
        Verdict::Pass => style.good(word),
        Verdict::Fail => style.bad(word),
        Verdict::Invalid | Verdict::Unjudged => style.doubtful(word),
    }
}

fn answered(summary: &Summary) -> String {
    let budget = &summary.total.budget;
    let Some(share) = budget.share else { return "no recall was attempted.".to_owned() };
    let recalls = budget.met + budget.missed;
    let were = if recalls == 1 { "recall was" } else { "recalls were" };
    let limit = words::number(budget.limit_ms);
    format!("{} of {} {were} answered within {limit} ms.", words::share(share), words::count(recalls))
}

fn judged(summary: &Summary) -> String {
    ended_early(summary) + &answered(summary) + &shortfall(summary)
}

/// Which threshold ended the run, and when.
fn ended_early(summary: &Summary) -> String {
    let sentence = |aborted: &Aborted| {
        format!(
            "`{}` did not hold at {} s and ended the run. ",
            aborted.threshold.expression,
            words::number(aborted.at_s)
        )
    };
    summary.aborted.as_ref().map(sentence).unwrap_or_default()
}

fn shortfall(summary: &Summary) -> String {
    let failed = summary.thresholds.iter().filter(|judged| !judged.ok).count();
    match (failed, summary.thresholds.len()) {
        (0, _) => String::new(),
        (1, 1) => " The threshold does not hold.".to_owned(),
        (1, all) => format!(" 1 of {all} thresholds does not hold."),
        (failed, all) => format!(" {failed} of {all} thresholds do not hold."),
    }
}

/// What no load excuses, and how often.
pub(in crate::report) fn broken_laws(summary: &Summary) -> Vec<String> {
    let counts = &summary.total.counts;
    let kinds = [
        (counts.leaks, "runtimes left behind"),
        (counts.saves.lost, "acknowledged saves lost"),
        (counts.saves.duplicated, "saves delivered more than once"),
        (counts.violations, "violations seen"),
    ];
    let broken = kinds.into_iter().filter(|(number, _)| *number > 0);
    broken.map(|(number, what)| format!("{what}: {}", words::count(number))).collect()
}

/// What a driver in trouble said last.
fn last_words(summary: &Summary) -> Vec<String> {
    let words = summary.client.as_ref().map_or(&[][..], |client| &client.last_words);
    let told = words[words.len().saturating_sub(MOST_WORDS)..].iter();
    let told: Vec<String> = told.map(|line| format!("      {}", inert(line, WIDTH - 6))).collect();
    let heading = (!told.is_empty()).then(|| "    Its last words on standard error:".to_owned());
    heading.into_iter().chain(told).collect()
}

fn violations(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    for violation in summary.violations.iter().take(MOST) {
        let whose = violation.tenant.as_ref().map(|tenant| format!(", tenant {tenant}")).unwrap_or_default();
        let law = format!("law {} ({})", violation.law.number(), violation.law.sentence());
        lines.extend(item(&format!("at {:.3} s{whose}: {}; {law}", violation.at_s, violation.what)));
    }
    if summary.violations.len() > MOST {
        lines.extend(item("and more; all that were kept stand in summary.json"));
    }
    lines
}

fn item(text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - 4).into_iter().take(MOST).enumerate();
    lines.map(|(number, line)| format!("{}{line}", if number == 0 { "  - " } else { "    " })).collect()
}

const MOST: usize = 5;
const MOST_WORDS: usize = 10;
