//! One worker's client, whoever's it is: the built-in one, or one that a driver plays.

use std::sync::Arc;
use std::time::Duration;

use mock_runtime::witness::RequestKind;

use super::clock::Clock;
use super::driver::{Answer, Caller, Driver, Texts};
use super::score::Score;
use super::shortage;
use super::witness::{Held, Register, Sighting, Slow, Sought};
use crate::base::{Span, Time};
use crate::client::{SaveOptions, SearchOptions, Timing, User, VoiceClient, VoiceError, VoiceSession};
use crate::measure::ErrorCode;
use crate::scenario::Scenario;

/// One worker's client.
pub(super) enum Worker {
    /// Within this process.
    Builtin(Builtin),
    /// A driver's.
    Hired(Hired),
}

/// The built-in client.
pub(super) struct Builtin {
    pub(super) client: VoiceClient,
    pub(super) clock: Clock,
    /// The witness' post at its runtimes.
    pub(super) post: usize,
    pub(super) register: Register,
    pub(super) score: Arc<Score>,
    pub(super) scenario: Arc<Scenario>,
}

/// A client that a driver plays.
pub(super) struct Hired {
    pub(super) driver: Driver,
    /// The witness' post at its runtimes.
    pub(super) post: usize,
    pub(super) register: Register,
    pub(super) score: Arc<Score>,
}

/// Who is on the line.
pub(super) struct Person {
    pub(super) user: User,
    pub(super) name: String,
}

/// A caller's runtime, held for a call. Dropped, it is given back.
pub(super) enum Kept {
    Builtin(VoiceSession, #[expect(dead_code, reason = "it is held, not read")] Held),
    Hired(HeldCall),
}

/// A call that a driver's client holds a runtime for.
pub(super) struct HeldCall {
    worker: Arc<Worker>,
    call: u64,
    held: Option<Held>,
}

/// What came of an operation.
pub(super) struct Outcome {
    /// Everything the client was told, as JSON text.
    pub(super) told: Result<String, Fault>,
    pub(super) timing: Timing,
    /// When the client had its answer.
    pub(super) ended: Time,
    /// How long the harness kept it waiting.
    pub(super) queued: Span,
}

/// Why it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: ErrorCode,
    /// Whether a call router may shed or retry.
    pub(super) is_refusal: bool,
}

impl Worker {
    /// Asks the caller's memory.
    pub(super) async fn recall(&self, person: &Person, kept: Option<&Kept>, query: &str, budget: Span) -> Outcome {
        let mut asked = self.asks(person, RequestKind::Search);
        let outcome = match self {
            Self::Builtin(builtin) => {
                let options = SearchOptions { timeout: Duration::from(budget), ..Default::default() };
                let recalled = match kept {
                    Some(Kept::Builtin(session, _)) => session.recall(query, &options).await,
                    _ => builtin.client.recall(query, &person.user, &options).await,
                };
                let told = recalled
                    .outcome
                    .map(|memory| serde_json::to_string(&memory).expect("what came as JSON can be written as JSON"));
                builtin.outcome(told, recalled.timing)
            }
            Self::Hired(hired) => {
                let answer = hired.driver.recall(person.caller(kept), query, Duration::from(budget)).await;
                hired.outcome(person, Some(RequestKind::Search), kept.is_some(), answer).await
            }
        };
        asked.answered(&outcome);
        outcome
    }

    /// Saves a turn.
    pub(super) async fn save(&self, person: &Person, kept: Option<&Kept>, texts: Texts<'_>) -> Outcome {
        let mut asked = self.asks(person, RequestKind::Save);
        let outcome = match self {
            Self::Builtin(builtin) => {
                let options = SaveOptions { turn_id: Some(texts.turn_id.to_owned()), ..Default::default() };
                let receipt = match kept {
                    Some(Kept::Builtin(session, _)) => session.save(texts.user, texts.assistant, &options).await,
                    _ => builtin.client.save(texts.user, texts.assistant, &person.user, &options).await,
                };
                builtin.outcome(receipt.outcome.map(Option::unwrap_or_default), receipt.timing)
            }
            Self::Hired(hired) => {
                let answer = hired.driver.save(person.caller(kept), texts).await;
                hired.outcome(person, Some(RequestKind::Save), kept.is_some(), answer).await
            }
        };
        asked.answered(&outcome);
        outcome
    }

    /// Takes the caller's runtime for a call; what that took stands in the outcome.
    pub(super) async fn begin(self: &Arc<Self>, person: &Person, call: u64) -> (Option<Kept>, Outcome) {
        let mut held = self.hold(person);
        let outcome = match &**self {
            Self::Builtin(builtin) => {
                let opened = builtin.client.session(&person.user).await;
                held.is_over();
                match opened {
                    Ok(session) => {
                        let timing = Timing { admission: Some(session.admission()), ..Timing::default() };
                        let outcome = builtin.outcome(Ok(String::new()), timing);
                        return (Some(Kept::Builtin(session, held)), outcome);
                    }
                    Err(error) => builtin.outcome(Err(error), Timing::default()),
                }
            }
            Self::Hired(hired) => {
                let answer = hired.driver.begin_call(person.caller(None), call).await;
                held.is_over();
                let outcome = hired.outcome(person, None, false, answer).await;
                if outcome.told.is_ok() {
                    let call = HeldCall { worker: Arc::clone(self), call, held: Some(held) };
                    return (Some(Kept::Hired(call)), outcome);
                }
                outcome
            }
        };
        (None, outcome)
    }

    /// The caller has an operation under way.
    fn hold(&self, person: &Person) -> Held {
        let (register, post) = match self {
            Self::Builtin(builtin) => (&builtin.register, builtin.post),
            Self::Hired(hired) => (&hired.register, hired.post),
        };
        register.hold(post, person.user.id())
    }

    /// The same, of something that a runtime is asked.
    fn asks<'a>(&'a self, person: &'a Person, what: RequestKind) -> Asking<'a> {
        let (register, post, now) = match self {
            Self::Builtin(builtin) => (&builtin.register, builtin.post, builtin.clock.now()),
            Self::Hired(hired) => (&hired.register, hired.post, hired.driver.now()),
        };
        Asking { held: self.hold(person), register, post, user: person.user.id(), what, sent: now }
    }

    /// Ends every runtime of the client.
    pub(super) async fn close(&self) {
        match self {
            Self::Builtin(builtin) => builtin.client.close().await,
            Self::Hired(hired) => hired.driver.close().await,
        }
    }

    /// Process ids of the runtimes that serve, where the client is one that tells.
    pub(super) fn runtime_pids(&self) -> Vec<u32> {
        match self {
            Self::Builtin(builtin) => builtin.client.runtime_pids(),
            Self::Hired(_) => Vec::new(),
        }
    }

    /// Its driver, where it has one.
    pub(super) fn driver(&self) -> Option<&Driver> {
        match self {
            Self::Builtin(_) => None,
            Self::Hired(hired) => Some(&hired.driver),
        }
    }
}

/// Something that a runtime is asked.
struct Asking<'a> {
    held: Held,
    register: &'a Register,
    post: usize,
    user: &'a str,
    what: RequestKind,
    sent: Time,
}

impl Asking<'_> {
    /// Who waited long is noted: it is asked later what for.
    fn answered(&mut self, outcome: &Outcome) {
        self.held.is_over();
        let sent = self.sent + outcome.queued;
        if outcome.ended.since(sent) >= LONG {
            let (post, user, what, ended) = (self.post, self.user.to_owned(), self.what, outcome.ended);
            self.register.slow(Slow { post, user, what, sent, ended });
        }
    }
}

impl Builtin {
    fn outcome(&self, outcome: Result<String, VoiceError>, timing: Timing) -> Outcome {
        let ended = self.clock.now();
        let outcome = outcome.map_err(|error| {
            // Where it is the system's doing and not the pool's, that is noted, too.
            if let Some(shortage) = shortage::of_request(&error, &self.scenario) {
                self.score.short(shortage);
            }
            Fault { code: ErrorCode::named(&error.code()), is_refusal: error.is_refusal() }
        });
        Outcome { told: outcome, timing, ended, queued: Span::ZERO }
    }
}

impl Hired {
    async fn outcome(&self, person: &Person, what: Option<RequestKind>, in_call: bool, answer: Answer) -> Outcome {
        self.score.driver_began(answer.started.since(answer.sent));
        let (from, until) = (answer.started, answer.ended);
        let sought = Sought { post: self.post, user: person.user.id(), what, from, until };
        let outcome = answer.outcome.map_err(|code| Fault { code, is_refusal: code.may_be_shed() });
        let is_expected = outcome.as_ref().err().is_none_or(|fault| !fault.is_refusal);
        let seen = self.sight(sought, is_expected).await;
        let mut timing = seen.map(timing).unwrap_or_default();
        if in_call {
            // It was admitted when its call began.
            timing.admission = None;
        }
        Outcome { told: outcome, timing, ended: until, queued: answer.queued }
    }

    /// What the witness saw of it. An answer may reach us before its news do.
    async fn sight(&self, sought: Sought<'_>, is_expected: bool) -> Option<Sighting> {
        for _ in 0..GLANCES {
            let seen = self.register.sight(sought);
            if seen.is_some() || !is_expected || !self.register.hears(self.post) {
                return seen;
            }
            tokio::time::sleep(GLANCE).await;
        }
        None
    }
}

impl Person {
    fn caller(&self, kept: Option<&Kept>) -> Caller<'_> {
        let call = match kept {
            Some(Kept::Hired(held)) => Some(held.call),
            _ => None,
        };
        Caller { id: self.user.id(), name: &self.name, call }
    }
}

impl Drop for HeldCall {
    fn drop(&mut self) {
        let (worker, call, held) = (Arc::clone(&self.worker), self.call, self.held.take());
        tokio::spawn(async move {
            if let Some(driver) = worker.driver() {
                driver.end_call(call).await;
            }
            drop(held);
        });
    }
}

fn timing(seen: Sighting) -> Timing {
    let (admission, took) = seen.admission;
    Timing {
        admission: Some((admission, took.into())),
        session_start: seen.session_start.map(Duration::from),
        search: seen.exchange.map(Duration::from),
    }
}

/// Less is nothing that a drain would explain.
const LONG: Span = Span::from_ms(100);
const GLANCES: u32 = 50;
const GLANCE: Duration = Duration::from_millis(1);
