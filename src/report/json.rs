//! A summary as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::measure::chronicle::Chronicle;
use crate::measure::{Replications, Summary};
use crate::plan::Plan;

/// Pretty-printed, one figure a line, with a final newline. The canonical form leaves out what depends on the clock or
/// the machine, so that two simulations of one scenario give equal bytes, and sorts by name, so that a figure added
/// later is a line added.
pub fn json(summary: &Summary, canonical: bool) -> String {
    if canonical { pretty(&sorted(&summary.canonical())) } else { pretty(summary) }
}

/// The same of replications.
pub fn replications_json(replications: &Replications, canonical: bool) -> String {
    if canonical { pretty(&replications.canonical()) } else { pretty(replications) }
}

/// The same of a plan, which says nothing of clock or machine.
pub fn plan_json(plan: &Plan) -> String {
    pretty(plan)
}

/// A chronicle, on one line: its readers are programs, and there are many numbers in it.
pub fn chronicle_json(chronicle: &Chronicle) -> String {
    serde_json::to_string(chronicle).expect("it has only string keys and finite numbers") + "\n"
}

/// The same by sorted keys, whatever order a map of `serde_json` has.
fn sorted(shown: &impl Serialize) -> Value {
    fn sort(value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields: BTreeMap<String, Value> =
                    fields.into_iter().map(|(name, value)| (name, sort(value))).collect();
                Value::Object(fields.into_iter().collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(sort).collect()),
            leaf => leaf,
        }
    }
    sort(serde_json::to_value(shown).expect("it has only string keys and finite numbers"))
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

    #[test]
    fn the_canonical_form_is_sorted_by_name() {
        let text = json(&run_of(1..=40, &["recall.p50 <= 250ms"]), true);
        let top = |line: &&str| line.starts_with("  \"");
        assert!(text.lines().filter(top).is_sorted(), "{text}");
        assert!(text.find("\"admissions\"") < text.find("\"calls\"") && text.find("\"max\"") < text.find("\"p50\""));
    }
}
