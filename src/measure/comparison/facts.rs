//! Every figure of a summary by its name.
//!
//! They are read from the canonical JSON, so that what a later version adds to a summary is compared without a word
//! here. Names are those of thresholds: sections fall away (`latency_ms.recall.p99` is `recall.p99`), an error goes by
//! its code. Rates are left out: they are quotients of counts, which are in. A list is one figure, `NAME.list`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Amount;
use super::difference::Pair;
use crate::measure::Summary;

/// Every figure that one of the two has, those of all together first, then by name.
pub(super) fn of_both(base: &Summary, new: &Summary) -> Vec<Pair> {
    let [mut base, mut new] = [facts(base), facts(new)];
    // An error that never occurred stands in no summary: it occurred 0 times.
    complete(&mut base, &new);
    complete(&mut new, &base);
    let names: BTreeSet<String> = base.keys().chain(new.keys()).cloned().collect();
    let (tenants, all): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| name.starts_with(TENANT) || name.starts_with(THRESHOLD));
    let pair = |figure: String| {
        let [base, new] = [&mut base, &mut new].map(|facts| facts.remove(&figure).and_then(|fact| fact.amount));
        Pair { figure, base, new }
    };
    all.into_iter().chain(tenants).map(pair).collect()
}

#[derive(Clone, Debug, PartialEq)]
struct Fact {
    amount: Option<Amount>,
    is_error: bool,
}

type Facts = BTreeMap<String, Fact>;

fn facts(summary: &Summary) -> Facts {
    let mut facts = Facts::new();
    let value = serde_json::to_value(summary.canonical()).expect("a summary has only string keys");
    let Value::Object(mut sections) = value else { unreachable!("a summary is an object") };
    for name in WHO {
        sections.remove(name);
    }
    for judged in &summary.thresholds {
        let words = if judged.ok { "holds" } else { "fails" };
        note(&mut facts, format!("{THRESHOLD}{}", judged.expression), &words.into(), false);
    }
    if let Some(Value::Object(tenants)) = sections.remove("tenants") {
        for (name, figures) in tenants {
            let Value::Object(figures) = figures else { unreachable!("figures are an object") };
            walk_sections(&mut facts, &format!("{TENANT}{name}."), figures);
        }
    }
    walk_sections(&mut facts, "", sections);
    facts
}

fn walk_sections(facts: &mut Facts, whose: &str, sections: Map<String, Value>) {
    for (section, value) in sections {
        match (section.as_str(), value) {
            ("counts", Value::Object(mut counts)) => {
                let errors = counts.remove("errors").unwrap_or_default();
                walk(facts, whose, &Value::Object(counts));
                errors.as_object().into_iter().flatten().for_each(|(code, count)| error(facts, whose, code, count));
            }
            // The share goes by the name it has in thresholds, and what it is a quotient of by another.
            ("budget", Value::Object(budget)) => budget.iter().for_each(|(name, value)| {
                let name = BUDGET.iter().find(|(field, _)| field == name).map_or(name.as_str(), |(_, name)| name);
                note(facts, format!("{whose}budget.{name}"), value, false);
            }),
            ("latency_ms" | "gauges", value) => walk(facts, whose, &value),
            // What is counted by the same name is another figure.
            (_, list @ Value::Array(_)) => note(facts, format!("{whose}{section}.list"), &list, false),
            (_, value @ Value::Object(_)) => walk(facts, &format!("{whose}{section}."), &value),
            (_, value) => note(facts, format!("{whose}{section}"), &value, false),
        }
    }
}

/// Notes every leaf by its path.
fn walk(facts: &mut Facts, path: &str, value: &Value) {
    let Value::Object(fields) = value else {
        return note(facts, path.trim_end_matches('.').to_owned(), value, false);
    };
    for (field, value) in fields {
        walk(facts, &format!("{path}{field}."), value);
    }
}

fn error(facts: &mut Facts, whose: &str, code: &str, count: &Value) {
    let name = if code.contains('.') { format!("{whose}{code}") } else { format!("{whose}errors.{code}") };
    note(facts, name, count, true);
}

fn note(facts: &mut Facts, name: String, value: &Value, is_error: bool) {
    let amount = match value {
        Value::Null => None,
        Value::Number(number) => number.as_f64().map(Amount::Number),
        Value::String(words) => Some(Amount::Words(words.clone())),
        other => Some(Amount::Words(other.to_string())),
    };
    facts.insert(name, Fact { amount, is_error });
}

fn complete(facts: &mut Facts, other: &Facts) {
    for (name, _) in other.iter().filter(|(_, fact)| fact.is_error) {
        facts.entry(name.clone()).or_insert(Fact { amount: Some(Amount::Number(0.0)), is_error: true });
    }
}

const TENANT: &str = "tenant.";
const THRESHOLD: &str = "threshold.";
/// What was played by whom is told in words, and thresholds by whether they hold: what they observed are figures.
const WHO: [&str; 3] = ["schema", "scenario", "thresholds"];
const BUDGET: [(&str, &str); 3] = [("share", "met"), ("met", "met.count"), ("missed", "missed.count")];
