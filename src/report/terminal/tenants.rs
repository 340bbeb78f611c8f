//! A line for each tenant, the worst first.

use std::cmp::Ordering;

use crate::measure::{Family, Figures, Summary};
use crate::report::inert::left;
use crate::report::words;

/// The tenants; nothing where one is all there is.
pub(super) fn lines(summary: &Summary) -> Vec<String> {
    if summary.tenants.len() < 2 {
        return Vec::new();
    }
    let mut tenants: Vec<(&String, &Figures)> = summary.tenants.iter().collect();
    tenants.sort_by(|one, other| worse(one.1, other.1));
    let head = ["turns", "in budget", "recall p99", "failed", "boots", "peak"].map(str::to_owned);
    let mut lines = vec![row("tenants", &head)];
    lines.extend(tenants.iter().take(MOST).map(|(name, figures)| row(name, &cells(figures))));
    if tenants.len() > MOST {
        let more = words::count((tenants.len() - MOST) as u64);
        lines.push(format!("and {more} more: these are the {MOST} with the smallest share within the budget"));
    }
    lines
}

/// The smaller share within the budget comes first; who was not called comes last.
fn worse(one: &Figures, other: &Figures) -> Ordering {
    let share = |figures: &Figures| figures.budget.share.unwrap_or(f64::INFINITY);
    let missed = |figures: &Figures| figures.budget.missed;
    share(one).total_cmp(&share(other)).then(missed(other).cmp(&missed(one)))
}

fn cells(figures: &Figures) -> [String; 6] {
    let boots = figures.latency(Family::BootWarm).count + figures.latency(Family::BootCold).count;
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    [
        words::count(figures.counts.turns),
        or_nothing(figures.budget.share.map(words::share)),
        or_nothing(figures.latency(Family::Recall).p99.map(words::ms)),
        words::count(figures.counts.recalls_failed),
        words::count(boots),
        words::count(figures.gauges.runtimes.peak.into()),
    ]
}

fn row(name: &str, [turns, budget, p99, failed, boots, peak]: &[String; 6]) -> String {
    format!("{} {turns:>9} {budget:>10} {p99:>10} {failed:>8} {boots:>8} {peak:>6}", left(name, 22))
}

const MOST: usize = 10;
