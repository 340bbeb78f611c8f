//! A run over time, in two lines of blocks.

use super::{LABEL, Style, WIDTH};
use crate::measure::chronicle::{Chronicle, Moment};
use crate::report::words;

/// How long recalls took and how many runtimes there were, from the beginning to the end; nothing where nothing
/// happened.
pub(super) fn lines(chronicle: &Chronicle, style: Style) -> Vec<String> {
    if chronicle.timeline.iter().all(|moment| moment.recalls == 0) {
        return Vec::new();
    }
    let cells = Cells::of(&chronicle.timeline);
    let seconds = chronicle.width_s * cells.each as f64;
    let head =
        format!("{:<LABEL$}from 0:00 to {}, {} s a column", "over time", clock(chronicle), words::number(seconds));
    let mut lines = vec![head];
    lines.extend(recall(chronicle, &cells, style));
    lines.extend(runtimes(chronicle, &cells));
    lines
}

/// The timeline in as many columns as there is room for.
struct Cells<'c> {
    moments: Vec<&'c [Moment]>,
    /// Moments in a column.
    each: usize,
}

impl<'c> Cells<'c> {
    fn of(timeline: &'c [Moment]) -> Self {
        let each = timeline.len().div_ceil(COLUMNS).max(1);
        Self { moments: timeline.chunks(each).collect(), each }
    }

    /// The largest of each column; nothing where it has none.
    fn highest(&self, value: impl Fn(&Moment) -> Option<f64>) -> Vec<Option<f64>> {
        let highest = |moments: &&[Moment]| moments.iter().filter_map(&value).max_by(f64::total_cmp);
        self.moments.iter().map(highest).collect()
    }
}

/// By powers: what takes ten times as long is some blocks higher, wherever it starts.
fn recall(chronicle: &Chronicle, cells: &Cells<'_>, style: Style) -> [String; 2] {
    let busy = chronicle.timeline.iter().filter(|moment| moment.recalls > 0);
    let percentile = busy.clone().all(|moment| moment.recall_p99_ms.is_some());
    let value = |moment: &Moment| if percentile { moment.recall_p99_ms } else { moment.recall_max_ms };
    let values = cells.highest(value);
    let known = || values.iter().flatten().copied();
    let (least, most) = (known().fold(f64::INFINITY, f64::min).max(SHORTEST), known().fold(SHORTEST, f64::max));
    let budget = chronicle.limits.budget_ms;
    let blocks = values.iter().map(|value| {
        let Some(ms) = *value else { return " ".to_owned() };
        let height = (ms.max(least) / least).ln() / (most / least).ln().max(f64::MIN_POSITIVE);
        let block = block(height);
        if ms > budget { style.bad(&block) } else { style.good(&block) }
    });
    let over = known().filter(|ms| *ms > budget).count();
    let (name, all) = (if percentile { "recall p99" } else { "slowest" }, known().count());
    let told = format!(
        "{} to {} ms; over the budget in {over} of {all} columns",
        words::ms(known().fold(f64::INFINITY, f64::min)),
        words::ms(most)
    );
    [format!("{name:<LABEL$}{}", blocks.collect::<String>()), format!("{:<LABEL$}{told}", "")]
}

fn runtimes(chronicle: &Chronicle, cells: &Cells<'_>) -> [String; 2] {
    let values = cells.highest(|moment| Some(f64::from(moment.runtimes.peak)));
    let cap = chronicle.limits.runtimes;
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    let blocks = values.iter().map(|value| value.map_or_else(|| " ".to_owned(), |live| block(live / most.max(1.0))));
    let told = format!("up to {}, of {} that there may be", words::number(most), words::count(cap));
    [format!("{:<LABEL$}{}", "runtimes", blocks.collect::<String>()), format!("{:<LABEL$}{told}", "")]
}

/// From the lowest block to the highest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of seven is small and not negative"
)]
fn block(height: f64) -> String {
    let place = (height.clamp(0.0, 1.0) * 7.0).round() as usize;
    BLOCKS[place].to_string()
}

/// When the timeline ends.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seconds of a run are small and not negative"
)]
fn clock(chronicle: &Chronicle) -> String {
    let seconds = (chronicle.timeline.len() as f64 * chronicle.width_s).round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const COLUMNS: usize = WIDTH - LABEL;
/// A microsecond, in milliseconds: below that there is nothing to see.
const SHORTEST: f64 = 0.001;
