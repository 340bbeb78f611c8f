//! How a run is getting on, on a terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar as Bar, ProgressDrawTarget, ProgressStyle};

use crate::run::Progress;
use crate::scenario::Scenario;

/// Draws on standard error until it is cleared; draws nothing where that is no terminal.
pub(super) struct ProgressBar {
    over: Arc<AtomicBool>,
    drawing: Option<JoinHandle<()>>,
}

impl ProgressBar {
    pub(super) fn show(scenario: &Scenario, progress: &Progress, quiet: bool) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = Bar::with_draw_target(Some(scenario.duration.ns() / NS_PER_TICK), target);
        bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is well formed"));
        bar.set_message("raising the stage");
        let drawing = (!bar.is_hidden()).then(|| {
            let (over, progress, cap) = (Arc::clone(&over), progress.clone(), scenario.runtimes_cap());
            std::thread::spawn(move || draw(&bar, &progress, cap, &over))
        });
        Self { over, drawing }
    }

    /// Takes the bar away.
    pub(super) fn clear(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(drawing) = self.drawing.take() {
            drawing.thread().unpark();
            drawing.join().expect("drawing does not panic");
        }
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.stop();
    }
}

fn draw(bar: &Bar, progress: &Progress, cap: u64, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        if let Some(began) = progress.began() {
            let elapsed = began.elapsed();
            bar.set_position(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).min(bar.length().unwrap_or(0)));
            bar.set_message(message(progress, elapsed));
            bar.set_prefix(pools(progress, cap));
        }
        bar.tick();
        std::thread::park_timeout(FRAME);
    }
    bar.finish_and_clear();
}

/// What is asked, and how it is answered.
fn message(progress: &Progress, elapsed: Duration) -> String {
    let recalls = progress.recalls();
    let rate = recalls as f64 / elapsed.as_secs_f64().max(0.001);
    let met = 100.0 * progress.recalls_met() as f64 / recalls.max(1) as f64;
    let p99 = progress.p99().map_or_else(|| "-".to_owned(), |p99| format!("{:.0} ms", p99.ms_f64()));
    format!("{rate:.1} recalls/s, p99 {p99}, {met:.1} % in time")
}

/// How the pools do.
fn pools(progress: &Progress, cap: u64) -> String {
    format!(
        "{} calls, {} of {cap} runtimes ({} busy), {} boots, {} refused",
        progress.on_the_line(),
        progress.runtimes(),
        progress.busy(),
        progress.boots(),
        progress.refused(),
    )
}

// Cut off where the terminal is too narrow: a line that wraps cannot be drawn over.
const TEMPLATE: &str = "{bar:16} {percent:>3} %  {eta} left  {wide_msg}\n{prefix:78!.dim}";
const NS_PER_TICK: u64 = 1_000_000;
const FRAME: Duration = Duration::from_millis(200);
