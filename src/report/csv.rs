//! The timeline of a run as CSV: a header, then a row for each moment.
//!
//! All values are numbers; what is not known is empty. `reports/README.md` explains the columns.

use crate::measure::Gauge;
use crate::measure::chronicle::{Chronicle, Moment};

/// The timeline of a chronicle.
pub fn timeline_csv(chronicle: &Chronicle) -> String {
    let rows = chronicle.timeline.iter().map(|moment| cells(chronicle, moment));
    let rows = std::iter::once(COLUMNS.map(str::to_owned).join(",")).chain(rows.map(|cells| cells.join(",")));
    rows.collect::<Vec<_>>().join("\n") + "\n"
}

const COLUMNS: [&str; 27] = [
    "from_s",
    "width_s",
    "in_warm_up",
    "calls",
    "calls_shed",
    "recalls",
    "recalls_met",
    "recalls_failed",
    "recalls_refused",
    "search_timeouts",
    "recall_p50_ms",
    "recall_p90_ms",
    "recall_p99_ms",
    "recall_max_ms",
    "boots_warm",
    "boots_cold",
    "evicted",
    "reaped",
    "crashed",
    "runtimes_mean",
    "runtimes_peak",
    "busy_mean",
    "busy_peak",
    "booting_mean",
    "booting_peak",
    "draining_mean",
    "draining_peak",
];

fn cells(chronicle: &Chronicle, moment: &Moment) -> Vec<String> {
    let in_warm_up = moment.from_s < chronicle.limits.warm_up_s;
    let mut cells = vec![moment.from_s.to_string(), chronicle.width_s.to_string(), u8::from(in_warm_up).to_string()];
    let recalls = [moment.recalls, moment.met, moment.failed, moment.refused, moment.timeouts];
    cells.extend([moment.calls, moment.calls_shed].into_iter().chain(recalls).map(|count| count.to_string()));
    let latencies = [moment.recall_p50_ms, moment.recall_p90_ms, moment.recall_p99_ms, moment.recall_max_ms];
    cells.extend(latencies.map(|ms| ms.map(|ms| ms.to_string()).unwrap_or_default()));
    let turnover = [moment.boots_warm, moment.boots_cold, moment.evicted, moment.reaped, moment.crashed];
    cells.extend(turnover.map(|count| count.to_string()));
    let levels = [moment.runtimes, moment.busy, moment.booting, moment.draining];
    cells.extend(levels.iter().flat_map(|Gauge { peak, mean }| [mean.to_string(), peak.to_string()]));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::fixture::chronicle;

    #[test]
    fn every_row_has_a_value_for_every_column_and_the_sums_are_the_runs() {
        let text = timeline_csv(&chronicle());
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert!(text.ends_with('\n') && rows.len() > 100);
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
        let column = |name| COLUMNS.iter().position(|column| *column == name).unwrap();
        let sum = |name| rows[1..].iter().map(|row| row[column(name)].parse::<u64>().unwrap()).sum::<u64>();
        assert_eq!((sum("recalls"), sum("recalls_met"), sum("evicted")), (1, 1, 0));
        let row = rows[1..].iter().find(|row| row[column("recalls")] == "1").unwrap();
        assert_eq!((row[0], row[2], row[column("recall_max_ms")]), ("20", "0", "40"));
        assert_eq!((row[column("recall_p50_ms")], row[column("runtimes_mean")]), ("", "1"));
    }
}
