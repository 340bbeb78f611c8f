//! A driver at work, as the engine holds it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::answer::Answer;
use super::desk::{Asked, Desk, Kind, Stage};
use super::protocol::{Done, Order, Person, Settings};
use super::troubles::Troubles;
use crate::base::{Span, Time};
use crate::client::{Ending, Process};
use crate::measure::ErrorCode;
use crate::run::clock::Clock;

/// A driver at work.
pub(crate) struct Driver {
    pub(super) desk: Arc<Desk>,
    pub(super) process: Arc<Process>,
    pub(super) troubles: Arc<Troubles>,
    /// Processor time that it took to start.
    pub(super) starting: OnceLock<Duration>,
    /// Reading, writing, listening, watching.
    pub(super) _tasks: JoinSet<()>,
}

/// Who is on the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'c> {
    pub(crate) id: &'c str,
    pub(crate) name: &'c str,
    /// The call that holds the runtime.
    pub(crate) call: Option<u64>,
}

/// What is said in a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts<'t> {
    pub(crate) user: &'t str,
    pub(crate) assistant: &'t str,
    pub(crate) turn_id: &'t str,
}

impl Driver {
    pub(crate) async fn recall(&self, caller: Caller<'_>, query: &str, timeout: Duration) -> Answer {
        let timeout_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let (user, call) = (caller.person(), caller.call);
        self.play(Kind::Recall, |id, due_ns| Order::Recall { id, due_ns, user, query, timeout_ms, call }).await
    }

    pub(crate) async fn save(&self, caller: Caller<'_>, Texts { user, assistant, turn_id }: Texts<'_>) -> Answer {
        let (person, call) = (caller.person(), caller.call);
        let order = |id, due_ns| Order::Save {
            id,
            due_ns,
            user: person,
            user_text: user,
            assistant_text: assistant,
            turn_id,
            call,
        };
        self.play(Kind::Save, order).await
    }

    /// From now on the caller's runtime is held, until [`Driver::end_call`].
    pub(crate) async fn begin_call(&self, caller: Caller<'_>, call: u64) -> Answer {
        let user = caller.person();
        self.play(Kind::BeginCall(call), |id, due_ns| Order::BeginCall { id, due_ns, user, call }).await
    }

    pub(crate) async fn end_call(&self, call: u64) -> Answer {
        self.play(Kind::EndCall, |id, due_ns| Order::EndCall { id, due_ns, call }).await
    }

    /// Lets it build its client, and waits until it has, as long as there is no trouble.
    pub(crate) async fn open(&self, clock: Clock, settings: &Settings) {
        if *self.desk.stage.borrow() != Stage::Clocks {
            return;
        }
        self.desk.begin(clock);
        self.starting.get_or_init(|| self.cpu_so_far().unwrap_or_default());
        self.desk.say(&Order::Open { settings }, Stage::Opening);
        let mut stage = self.desk.stage.subscribe();
        tokio::select! {
            () = reached(&mut stage, Stage::Serving) => {}
            () = self.troubles.happened() => {}
        }
    }

    /// Asks it to close its client and waits until it has, as long as there is no trouble. The process stays, so that what
    /// its client leaves behind can be told from what its end takes along.
    pub(crate) async fn close(&self) {
        if *self.desk.stage.borrow() != Stage::Serving {
            return;
        }
        self.desk.say(&Order::Close, Stage::Closing);
        let mut stage = self.desk.stage.subscribe();
        tokio::select! {
            () = reached(&mut stage, Stage::Closed) => {}
            () = self.troubles.happened() => {}
        }
    }

    /// Ends the process: its standard input ends, and where that does not end it in time, it is killed with its group.
    pub(crate) async fn dismiss(&self) {
        self.desk.hang_up();
        let patience = if self.troubles.first().is_some() { Duration::ZERO } else { LEAVING };
        if tokio::time::timeout(patience, self.process.exited()).await.is_err() {
            self.process.end(Ending::Prompt).await;
        }
    }

    /// Run time.
    pub(crate) fn now(&self) -> Time {
        self.desk.now()
    }

    /// Kills it.
    pub(crate) fn kill(&self) {
        crate::run::faults::signal(self.process.pid(), rustix::process::Signal::KILL);
    }

    /// What it drives, and of which version.
    pub(crate) fn client(&self) -> Option<(String, Option<String>)> {
        self.desk.introduction().map(|it| (it.name, it.client_version))
    }

    /// Operations it takes on at once.
    pub(crate) fn max_in_flight(&self) -> Option<u32> {
        self.desk.introduction().map(|it| it.max_in_flight)
    }

    /// How far its times may be off, in milliseconds.
    pub(crate) fn uncertainty_ms(&self) -> Option<f64> {
        self.desk.offset().map(super::offset::Offset::uncertainty_ms)
    }

    /// Processor time it has used since it was asked to open, where the system tells.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let starting = self.starting.get().copied().unwrap_or_default();
        self.cpu_so_far().map(|used| used.saturating_sub(starting))
    }

    fn cpu_so_far(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.pid())).ok()?;
        // Behind the name, which may hold anything: state is field 3, user and system time are 14 and 15.
        let ticks = stat.rsplit(") ").next()?.split(' ').skip(11).take(2).map_while(|ticks| ticks.parse::<u64>().ok());
        Some(Duration::from_millis(ticks.sum::<u64>() * 1000 / rustix::param::clock_ticks_per_second().max(1)))
    }

    /// One operation: waits for the driver to take on one more, hands it over, waits for its end.
    async fn play<'o>(&self, kind: Kind, order: impl FnOnce(u64, i64) -> Order<'o>) -> Answer {
        let asked = self.desk.now();
        let slot = Arc::clone(&self.desk.slots).acquire_owned().await.expect("the semaphore is never closed");
        let Some(Asked { id, sent, answered }) = self.desk.ask(kind, slot, order) else {
            return self.unanswered(asked);
        };
        let mut waiting = Waiting { desk: &self.desk, id: Some(id) };
        let done = answered.await;
        waiting.id = None;
        let Ok((done, received)) = done else { return self.unanswered(asked) };
        let started = self.desk.run_time(done.started_ns).max(sent).min(received);
        let ended = self.desk.run_time(done.finished_ns).max(started).min(received);
        Answer { outcome: outcome(done), sent, started, ended, queued: sent.since(asked) }
    }

    /// There was trouble, or it is closing: the run is over, whatever stands here.
    fn unanswered(&self, asked: Time) -> Answer {
        let now = self.desk.now();
        let outcome = Err(ErrorCode::named("client.exception"));
        Answer { outcome, sent: asked, started: asked, ended: now, queued: Span::ZERO }
    }
}

impl<'c> Caller<'c> {
    const fn person(&self) -> Person<'c> {
        Person { id: self.id, name: self.name }
    }
}

fn outcome(done: Done) -> Result<String, ErrorCode> {
    match done {
        Done { error: Some(error), .. } => Err(ErrorCode::named(&error.code)),
        // The client gave up on it and said nothing.
        Done { saved: Some(false), .. } => Err(ErrorCode::named("client.save_dropped")),
        Done { memory, .. } => Ok(memory.map(|memory| memory.to_string()).unwrap_or_default()),
    }
}

/// Returns when that stage is reached.
pub(super) async fn reached(stage: &mut watch::Receiver<Stage>, wanted: Stage) {
    if stage.wait_for(|stage| *stage >= wanted).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// An operation that is waited for. Dropped before its end, the caller has hung up.
struct Waiting<'d> {
    desk: &'d Desk,
    id: Option<u64>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.desk.cancel(id);
        }
    }
}

/// What a driver gets to end itself when its standard input has ended.
const LEAVING: Duration = Duration::from_secs(2);
