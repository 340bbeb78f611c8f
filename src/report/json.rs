//! A summary as JSON.

use serde::Serialize;

use crate::measure::chronicle::Chronicle;
use crate::measure::{Replications, Summary};

/// Pretty-printed, one figure a line, with a final newline. The canonical form leaves out what depends on the clock or
/// the machine, so that two simulations of one scenario give equal bytes.
pub fn json(summary: &Summary, canonical: bool) -> String {
    let shown = if canonical { summary.canonical() } else { summary.clone() };
    pretty(&shown)
}

/// The same of replications.
pub fn replications_json(replications: &Replications, canonical: bool) -> String {
    if canonical { pretty(&replications.canonical()) } else { pretty(replications) }
}

/// A chronicle, on one line: its readers are programs, and there are many numbers in it.
pub fn chronicle_json(chronicle: &Chronicle) -> String {
    serde_json::to_string(chronicle).expect("it has only string keys and finite numbers") + "\n"
}

fn pretty(shown: &impl Serialize) -> String {
    serde_json::to_string_pretty(shown).expect("it has only string keys and finite numbers") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::fixture::run_of;

    #[test]
    fn reads_back_as_the_same_summary_and_puts_one_figure_on_a_line() {
        let summary = run_of(1..=40, &["recall.p50 <= 250ms"]);
        let text = json(&summary, false);
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
        assert!(text.ends_with("}\n") && text.lines().all(|line| line.matches("\": ").count() <= 1));
    }

    #[test]
    fn the_canonical_form_says_nothing_of_clock_and_machine() {
        let summary = run_of([5], &[]);
        let back: Summary = serde_json::from_str(&json(&summary, true)).unwrap();
        assert_eq!(back, summary.canonical());
        assert_eq!((back.tool, back.host, back.window.start), (None, None, None));
    }
}
