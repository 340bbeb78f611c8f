//! The engine: calls ring, are played, end.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::conversation::Conversation;
use super::driver::Driver;
use super::error::RunError;
use super::faults::{Saboteur, signal};
use super::limits;
use super::options::{Options, Stop};
use super::performance::Performance;
use super::played::Played;
use super::progress::Progress;
use super::settlement::{self, Act};
use super::stage::{self, Stage};
use super::watch::Watch;
use super::weather::Weather;
use crate::base::Time;
use crate::scenario::Scenario;
use crate::workload::{Call, Workload};

/// Plays the scenario and says how it went. To be called within a multi-threaded tokio runtime.
///
/// `progress` shows the run while it lasts; [`Options::stop`] ends it early, with what was played until then.
pub async fn play(scenario: Arc<Scenario>, options: Options, progress: Progress) -> Result<Played, RunError> {
    limits::raise_open_files(&scenario)?;
    let stage = stage::raise(&scenario, &options, &progress).await?;
    let performance = Arc::clone(&stage.performance);
    let saboteur = Saboteur {
        performance: Arc::clone(&performance),
        register: stage.witness.register(),
        weather: Weather::over(stage.cloud.conditions()),
    };
    let began = settlement::Beginning::now(performance.clock);
    progress.begins(performance.clock.instant(Time::ZERO));
    let mut faults = saboteur.set_to_work();
    let act = perform(&performance, &options).await;
    // What is still broken is mended before the drains: they shall show the pool, not the fault.
    faults.shutdown().await;
    let served: Vec<_> = performance.processes().collect();
    hang_up_and_drain(&stage, options.stop.clone()).await;
    Ok(settlement::settle(stage, &options, began, act, &served).await)
}

/// Lets the calls ring and waits for their ends.
async fn perform(performance: &Arc<Performance>, options: &Options) -> Act {
    let workload = Workload::new(&performance.scenario.traffic);
    let mut calls = Calls { performance, workload, playing: JoinSet::new(), dropped: 0 };
    let mut stop = options.stop.clone();
    let window = Time::ZERO + performance.scenario.duration;
    let mut watch = Watch::begin(performance);
    tokio::select! {
        () = stopped(&mut stop, Stop::Soon) => {}
        () = watch.keep() => {}
        () = performance.troubles.happened() => {}
        () = async {
            calls.ring(window, options.max_calls).await;
            calls.finish(window + performance.scenario.grace).await;
        } => {}
    }
    // Who is still talking is hung up: dropping a conversation notes that it was cut.
    calls.playing.shutdown().await;
    let (aborted, drift) = watch.end();
    let chronicler = performance.score.chronicler();
    Act { ended: performance.clock.now(), dropped: calls.dropped, aborted, drift, chronicler }
}

/// The calls of a run.
struct Calls<'p> {
    performance: &'p Arc<Performance>,
    workload: Workload,
    playing: JoinSet<(Call, Time)>,
    /// How many could not be played.
    dropped: u64,
}

impl Calls<'_> {
    /// Rings every call at its time until the window closes. A caller of the closed model whose call is dropped stays
    /// away: ringing again at once would keep the engine busy with nothing else.
    async fn ring(&mut self, window: Time, max_calls: u32) {
        loop {
            let due = self.workload.peek().unwrap_or(Time::NEVER).min(window);
            tokio::select! {
                () = self.performance.alarm.until(due) => {}
                // In the closed model the end of a call is the cause of another.
                Some(ended) = self.playing.join_next() => { self.note_end(ended); continue; }
            }
            if self.workload.peek().is_none_or(|next| next >= window) {
                return;
            }
            let Some(call) = self.workload.next() else { continue };
            if self.playing.len() >= max_calls as usize {
                self.dropped += 1;
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
            () = async { while let Some(ended) = self.playing.join_next().await { self.note_end(ended); } } => {}
        }
    }

    /// Tells the workload. A fault of ours in a conversation is one of the run.
    fn note_end(&mut self, ended: Result<(Call, Time), JoinError>) {
        match ended {
            Ok((call, at)) => _ = self.workload.ended(&call, at),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
}

/// Closes every client, all at once; kills the runtimes where that is to go faster.
async fn hang_up_and_drain(stage: &Stage, mut stop: watch::Receiver<Stop>) {
    stage.witness.register().closing();
    let workers = stage.performance.workers().cloned();
    let mut closing: JoinSet<()> = workers.map(|worker| async move { worker.close().await }).collect();
    let closed = async { while closing.join_next().await.is_some() {} };
    tokio::pin!(closed);
    tokio::select! {
        () = &mut closed => return,
        () = stopped(&mut stop, Stop::AtOnce) => {}
    }
    // More than once: a process that was just being started is not known yet.
    loop {
        stage.performance.drivers().for_each(Driver::kill);
        let known = stage.performance.processes().map(|(_, pid)| pid);
        stage.witness.register().living(None).into_iter().chain(known).for_each(|pid| signal(pid, Signal::KILL));
        if tokio::time::timeout(SWEEP, &mut closed).await.is_ok() {
            return;
        }
    }
}

/// Returns when the run is to stop at least that urgently.
pub(super) async fn stopped(stop: &mut watch::Receiver<Stop>, urgency: Stop) {
    if stop.wait_for(|stop| *stop >= urgency).await.is_err() {
        // Nobody can ask any more.
        std::future::pending::<()>().await;
    }
}

/// Between two looks at who is still there when everything is to end at once.
const SWEEP: Duration = Duration::from_millis(20);
