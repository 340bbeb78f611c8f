//! The curve: what became of each cap that was played.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::chosen;
use crate::measure::Estimate;
use crate::plan::{Plan, Point};
use crate::report::html::charts::{Chart, faults, figure};
use crate::report::html::frame;
use crate::report::planned;

pub(super) fn section(plan: &Plan) -> Markup {
    let cliff = plan.cliff.as_ref().map(|cliff| format!(" The shade is the cliff: {}.", planned::cliff_words(cliff)));
    let charts = [
        Chart {
            id: "budget",
            title: "Recalls within the budget, by cap",
            text: format!(
                "Each point is a cap that was played, larger ones to the right, evenly by ratio; the band is the 95 % \
                 confidence interval of the mean: narrow where a cap was judged, wide where it was only looked at.{}",
                cliff.unwrap_or_default()
            ),
        },
        Chart {
            id: "refused",
            title: "Acquires refused, by cap",
            text: "Because every runtime was busy, of all that were tried.".to_owned(),
        },
        Chart {
            id: "recall",
            title: "Recall p99, by cap",
            text: "What the slowest recall of a hundred took, on average over the plays.".to_owned(),
        },
    ];
    html! {
        section {
            h2 { "The curve" }
            p.note.drawn { "Point at a chart for its values, or focus it and use the arrow keys." }
            (faults())
            @for chart in &charts { (figure(chart)) }
        }
    }
}

/// The numbers behind it, column by column.
pub(super) fn plotted(plan: &Plan) -> String {
    let whole = |share: f64| share.clamp(0.0, 1.0);
    let any = |ms: f64| ms.max(0.0);
    let column = |of: fn(&Point) -> Estimate, within: fn(f64) -> f64| {
        let end = |end: fn(&Estimate) -> Option<f64>| -> Vec<Value> {
            plan.curve.iter().map(|point| end(&of(point)).map_or(Value::Null, |value| fine(within(value)))).collect()
        };
        json!({
            "mean": end(|estimate| estimate.mean),
            "low": end(|estimate| estimate.low.or(estimate.mean)),
            "high": end(|estimate| estimate.high.or(estimate.mean)),
        })
    };
    frame::plotted(&json!({
        "caps": plan.curve.iter().map(|point| point.cap).collect::<Vec<_>>(),
        "budget_ms": plan.budget_ms,
        "budget": column(|point| point.budget_met, whole),
        "refused": column(|point| point.refused, whole),
        "recall": column(|point| point.recall_p99_ms, any),
        "chosen": chosen(plan),
        "cliff": plan.cliff.map(|cliff| [cliff.foot, cliff.edge]),
    }))
}

/// No chart shows more.
fn fine(value: f64) -> Value {
    json!((value * 1e5).round() / 1e5)
}
