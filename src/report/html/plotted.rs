//! The numbers behind the charts, column by column.

use serde_json::{Value, json};

use super::frame;
use crate::measure::Gauge;
use crate::measure::chronicle::{Chronicle, Curve, Kind, Moment};

/// As JSON that can stand in a page.
pub(super) fn json(chronicle: &Chronicle) -> String {
    let plotted = json!({
        "width": chronicle.width_s,
        "limits": chronicle.limits,
        "time": column(chronicle, |moment| rounded(moment.from_s)),
        "recall": {
            "p50": column(chronicle, |moment| known(moment.recall_p50_ms)),
            "p90": column(chronicle, |moment| known(moment.recall_p90_ms)),
            "p99": column(chronicle, |moment| known(moment.recall_p99_ms)),
            "slowest": column(chronicle, |moment| known(moment.recall_max_ms)),
        },
        "runtimes": levels(chronicle, |moment| moment.runtimes),
        "busy": levels(chronicle, |moment| moment.busy),
        "booting": levels(chronicle, |moment| moment.booting),
        "draining": levels(chronicle, |moment| moment.draining),
        "evicted": column(chronicle, |moment| moment.evicted.into()),
        "refused": column(chronicle, |moment| moment.refused.into()),
        "crashed": column(chronicle, |moment| moment.crashed.into()),
        "calls": column(chronicle, |moment| rounded(moment.calls as f64 / chronicle.width_s)),
        "recalls": column(chronicle, |moment| rounded(moment.recalls as f64 / chronicle.width_s)),
        "curve": curves(chronicle),
    });
    frame::plotted(&plotted)
}

fn column(chronicle: &Chronicle, value: impl Fn(&Moment) -> Value) -> Vec<Value> {
    chronicle.timeline.iter().map(value).collect()
}

fn levels(chronicle: &Chronicle, level: impl Fn(&Moment) -> Gauge) -> Value {
    json!({
        "mean": column(chronicle, |moment| rounded(level(moment).mean)),
        "peak": column(chronicle, |moment| level(moment).peak.into()),
    })
}

/// All kinds on one grid, whose places are decades of the share that lies beyond: 0 is none, 2 is 99 %.
fn curves(chronicle: &Chronicle) -> Value {
    let most = chronicle.curves.values().map(|curve| curve.count).max().unwrap_or(0).max(1);
    let decades = (0_u32..).map(|step| f64::from(step) / STEPS);
    let grid: Vec<f64> = decades.take_while(|decade| *decade <= (most as f64).log10() + 1.0 / STEPS).collect();
    let told = Kind::ALL.into_iter().filter_map(|kind| Some((kind, chronicle.curves.get(&kind)?)));
    let kinds: Vec<Value> =
        told.map(|(kind, curve)| json!({ "kind": kind, "count": curve.count, "ms": along(curve, &grid) })).collect();
    json!({ "decades": grid.iter().map(|decade| rounded(*decade)).collect::<Vec<_>>(), "kinds": kinds })
}

/// Nothing where fewer than one recall lies beyond.
fn along(curve: &Curve, grid: &[f64]) -> Vec<Value> {
    let value = |decade: &f64| {
        let beyond = 10_f64.powf(-decade);
        let (_, ms) = curve.points.iter().find(|(share, _)| *share >= 1.0 - beyond)?;
        (beyond * curve.count as f64 >= 1.0 - 1e-9).then(|| rounded(*ms))
    };
    grid.iter().map(|decade| value(decade).unwrap_or(Value::Null)).collect()
}

fn known(value: Option<f64>) -> Value {
    value.map_or(Value::Null, rounded)
}

/// To a thousandth: no chart shows more.
pub(super) fn rounded(value: f64) -> Value {
    json!((value * 1e3).round() / 1e3)
}

/// Points a decade.
const STEPS: f64 = 25.0;
