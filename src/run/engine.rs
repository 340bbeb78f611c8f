//! The engine: calls ring, are played, end.

use std::sync::Arc;

use rustix::process::Signal;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::conversation::Conversation;
use super::error::RunError;
use super::faults::{Saboteur, signal};
use super::limits;
use super::options::{Options, Stop};
use super::performance::Performance;
use super::progress::Progress;
use super::settlement::{self, Act};
use super::stage::{self, Stage};
use crate::base::Time;
use crate::measure::Summary;
use crate::scenario::Scenario;
use crate::workload::{Call, Workload};

/// Plays the scenario and says how it went. To be called within a multi-threaded tokio runtime.
///
/// `progress` shows the run while it lasts; [`Options::stop`] ends it early, with a summary of what was played.
pub async fn play(scenario: Arc<Scenario>, options: Options, progress: Progress) -> Result<Summary, RunError> {
    limits::raise_open_files(&scenario)?;
    let stage = stage::raise(&scenario, &options, &progress).await?;
    let performance = Arc::clone(&stage.performance);
    let saboteur = Saboteur {
        performance: Arc::clone(&performance),
        register: stage.witness.register(),
        conditions: stage.cloud.conditions(),
    };
    let began = settlement::Beginning::now(performance.clock);
    progress.begins(performance.clock.instant(Time::ZERO));
    let faults = saboteur.set_to_work();
    let act = perform(&performance, &options).await;
    // What is still broken is mended before the drains: they shall show the pool, not the fault.
    drop(faults);
    hang_up_and_drain(&stage, options.stop.clone()).await;
    Ok(settlement::settle(stage, &options, began, act).await)
}

/// Lets the calls ring and waits for their ends.
async fn perform(performance: &Arc<Performance>, options: &Options) -> Act {
    let mut calls =
        Calls { performance, workload: Workload::new(&performance.scenario.traffic), playing: JoinSet::new() };
    let mut stop = options.stop.clone();
    let window = Time::ZERO + performance.scenario.duration;
    let mut dropped = 0;
    tokio::select! {
        () = stopped(&mut stop, Stop::Soon) => {}
        () = async {
            dropped = calls.ring(window, options.max_calls).await;
            calls.finish(window + performance.scenario.grace).await;
        } => {}
    }
    // Who is still talking is hung up: dropping a conversation notes that it was cut.
    calls.playing.shutdown().await;
    Act { ended: performance.clock.now(), dropped }
}

/// The calls of a run.
struct Calls<'p> {
    performance: &'p Arc<Performance>,
    workload: Workload,
    playing: JoinSet<(Call, Time)>,
}

impl Calls<'_> {
    /// Rings every call at its time until the window closes. Gives back how many could not be played.
    async fn ring(&mut self, window: Time, max_calls: u32) -> u64 {
        let mut dropped = 0;
        loop {
            let due = self.workload.peek().unwrap_or(Time::NEVER).min(window);
            tokio::select! {
                () = self.performance.alarm.until(due) => {}
                // In the closed model the end of a call is the cause of another.
                Some(ended) = self.playing.join_next() => { self.note_end(ended); continue; }
            }
            if self.workload.peek().is_none_or(|next| next >= window) {
                return dropped;
            }
            let Some(call) = self.workload.next() else { continue };
            if self.playing.len() >= max_calls as usize {
                dropped += 1;
            } else {
                self.playing.spawn(Conversation::new(Arc::clone(self.performance), call).play());
            }
        }
    }

    /// Waits for the calls that are under way, until the deadline.
    async fn finish(&mut self, deadline: Time) {
        let alarm = self.performance.alarm.clone();
        tokio::select! {
            () = alarm.until(deadline) => {}
            () = async { while self.playing.join_next().await.is_some() {} } => {}
        }
    }

    fn note_end(&mut self, ended: Result<(Call, Time), tokio::task::JoinError>) {
        match ended {
            Ok((call, at)) => self.workload.ended(&call, at),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
}

/// Closes every client, all at once; kills the runtimes where that is to go faster.
async fn hang_up_and_drain(stage: &Stage, mut stop: watch::Receiver<Stop>) {
    let mut closing: JoinSet<()> =
        stage.performance.clients().cloned().map(|client| async move { client.close().await }).collect();
    let closed = async { while closing.join_next().await.is_some() {} };
    tokio::pin!(closed);
    tokio::select! {
        () = &mut closed => return,
        () = stopped(&mut stop, Stop::AtOnce) => {}
    }
    for pid in stage.witness.register().living(None) {
        signal(pid, Signal::KILL);
    }
    closed.await;
}

/// Returns when the run is to stop at least that urgently.
async fn stopped(stop: &mut watch::Receiver<Stop>, urgency: Stop) {
    if stop.wait_for(|stop| *stop >= urgency).await.is_err() {
        // Nobody can ask any more.
        std::future::pending::<()>().await;
    }
}
