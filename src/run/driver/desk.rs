//! One driver's correspondence: what was asked, what is owed, and whether what comes may come.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::offset::Offset;
use super::protocol::{Done, Introduction, Order, PROTOCOL, VERSION, Word};
use crate::base::Time;
use crate::run::clock::{Clock, monotonic_ns};

/// One driver's correspondence.
pub(super) struct Desk {
    /// The run's, once that has begun.
    clock: OnceLock<Clock>,
    papers: Mutex<Papers>,
    /// How far it has come.
    pub(super) stage: watch::Sender<Stage>,
    /// Operations it may take on just now.
    pub(super) slots: Arc<Semaphore>,
}

struct Papers {
    /// None when nothing is to be sent any more: the driver's standard input ends.
    outbox: Option<mpsc::UnboundedSender<Vec<u8>>>,
    next_id: u64,
    owed: BTreeMap<u64, Owed>,
    ping: Option<(u64, u64)>,
    offset: Option<Offset>,
    introduction: Option<Introduction>,
    /// When it last said anything.
    heard: Instant,
    /// Since when it has owed something without a pause.
    owes_since: Option<Instant>,
}

/// How far a driver has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It is to say who it is.
    Greeting,
    /// Its clock is asked.
    Clocks,
    /// It builds its client.
    Opening,
    Serving,
    Closing,
    Closed,
}

/// An operation under way.
struct Owed {
    kind: Kind,
    sent: Time,
    asked: Instant,
    answer: oneshot::Sender<(Done, Time)>,
    _slot: Option<OwnedSemaphorePermit>,
}

/// An operation that was handed over.
pub(super) struct Asked {
    pub(super) id: u64,
    pub(super) sent: Time,
    /// The answer, and when it came.
    pub(super) answered: oneshot::Receiver<(Done, Time)>,
}

/// What kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Recall,
    Save,
    /// The number of the call.
    BeginCall(u64),
    EndCall,
}

impl Desk {
    pub(super) fn new(outbox: mpsc::UnboundedSender<Vec<u8>>) -> Self {
        let papers = Papers {
            outbox: Some(outbox),
            next_id: 1,
            owed: BTreeMap::new(),
            ping: None,
            offset: None,
            introduction: None,
            heard: Instant::now(),
            owes_since: Some(Instant::now()),
        };
        let (stage, slots) = (watch::Sender::new(Stage::Greeting), Arc::new(Semaphore::new(0)));
        Self { clock: OnceLock::new(), papers: Mutex::new(papers), stage, slots }
    }

    /// The run is about to begin.
    pub(super) fn begin(&self, clock: Clock) {
        self.clock.get_or_init(|| clock);
    }

    /// Run time; its beginning before there is a run.
    pub(super) fn now(&self) -> Time {
        self.clock.get().map_or(Time::ZERO, Clock::now)
    }

    /// Hands an operation over; `order` is made from its number and the time it is due. Nothing where the driver takes no
    /// more.
    pub(super) fn ask<'o>(
        &self,
        kind: Kind,
        slot: OwnedSemaphorePermit,
        order: impl FnOnce(u64, i64) -> Order<'o>,
    ) -> Option<Asked> {
        let mut papers = self.papers.lock();
        if *self.stage.borrow() != Stage::Serving {
            return None;
        }
        let (id, sent) = (papers.number(), self.now());
        let due_ns = papers.offset?.theirs(self.clock.get()?, sent);
        let (answer, answered) = oneshot::channel();
        papers.owed.insert(id, Owed { kind, sent, asked: Instant::now(), answer, _slot: Some(slot) });
        papers.send(&order(id, due_ns));
        Some(Asked { id, sent, answered })
    }

    /// Whoever waits for an operation has hung up.
    pub(super) fn cancel(&self, id: u64) {
        let mut papers = self.papers.lock();
        if papers.owed.contains_key(&id) && *self.stage.borrow() == Stage::Serving {
            papers.send(&Order::Cancel { id });
        }
    }

    /// Says something that is no operation, and goes on to the stage in which its answer is due.
    pub(super) fn say(&self, order: &Order<'_>, stage: Stage) {
        let mut papers = self.papers.lock();
        papers.send(order);
        papers.owes_since.get_or_insert_with(Instant::now);
        self.stage.send_replace(stage);
    }

    /// Asks for the driver's clock, unless it still owes an answer to that.
    pub(super) fn ping(&self) {
        let mut papers = self.papers.lock();
        if papers.ping.is_none() && papers.outbox.is_some() {
            let id = papers.number();
            papers.ping = Some((id, monotonic_ns()));
            papers.send(&Order::Ping { id });
        }
    }

    /// Whether it still owes an answer to that.
    pub(super) fn is_pinging(&self) -> bool {
        self.papers.lock().ping.is_some()
    }

    /// Nothing more will be said: its standard input ends.
    pub(super) fn hang_up(&self) {
        self.papers.lock().outbox = None;
    }

    /// How long it has kept silent while it owed something.
    pub(super) fn silence(&self) -> Duration {
        let papers = self.papers.lock();
        papers.owes_since.map_or(Duration::ZERO, |since| since.max(papers.heard).elapsed())
    }

    /// Since when the oldest operation is under way.
    pub(super) fn oldest(&self) -> Duration {
        self.papers.lock().owed.values().map(|owed| owed.asked.elapsed()).max().unwrap_or_default()
    }

    /// Operations under way.
    pub(super) fn under_way(&self) -> usize {
        self.papers.lock().owed.len()
    }

    pub(super) fn introduction(&self) -> Option<Introduction> {
        self.papers.lock().introduction.clone()
    }

    pub(super) fn offset(&self) -> Option<Offset> {
        self.papers.lock().offset
    }

    /// A reading of the driver's clock, on the run's.
    pub(super) fn run_time(&self, theirs_ns: i64) -> Time {
        let offset = self.papers.lock().offset;
        let clock = self.clock.get();
        clock.zip(offset).map_or(Time::ZERO, |(clock, offset)| clock.at_ns(offset.ours_ns(theirs_ns)))
    }

    /// Takes a line; says what is wrong with it where something is.
    pub(super) fn hear(&self, line: &[u8]) -> Result<(), String> {
        let word = serde_json::from_slice::<Word>(line)
            .map_err(|error| format!("it wrote what is no word of the protocol: {} ({error})", shown(line)))?;
        let (mut papers, stage) = (self.papers.lock(), *self.stage.borrow());
        papers.heard = Instant::now();
        match (word, stage) {
            (Word::Hello(introduction), Stage::Greeting) => {
                self.slots.add_permits(check(&introduction)?);
                papers.introduction = Some(introduction);
                self.stage.send_replace(Stage::Clocks);
            }
            (Word::Pong { id, now_ns }, _) => papers.take_pong(id, now_ns, monotonic_ns())?,
            (Word::Opened, Stage::Opening) => drop(self.stage.send_replace(Stage::Serving)),
            (Word::Refused { message }, Stage::Opening) => {
                return Err(format!("it cannot play this scenario: {}", shown(message.as_bytes())));
            }
            (Word::Done(done), Stage::Serving | Stage::Closing) => self.take_done(&mut papers, done)?,
            (Word::Closed, Stage::Closing) if papers.owed.is_empty() => drop(self.stage.send_replace(Stage::Closed)),
            (Word::Closed, Stage::Closing) => {
                return Err(format!("it closed and left {} unanswered", operations(papers.owed.len())));
            }
            (_, stage) => return Err(format!("it said {} {}", shown(line), stage.expectation())),
        }
        papers.settle(*self.stage.borrow());
        Ok(())
    }

    fn take_done(&self, papers: &mut Papers, done: Done) -> Result<(), String> {
        let id = done.id;
        let owed = papers.owed.remove(&id);
        let owed = owed.ok_or_else(|| format!("it answered operation {id}, which is not under way"))?;
        let (began, ended) = (done.started_ns, done.finished_ns);
        if began > ended {
            return Err(format!("it says that operation {id} ended before it began; see to its clock"));
        }
        owed.kind.check(&done).map_err(|what| format!("it answered operation {id} {what}"))?;
        let offset = papers.offset.expect("nothing is asked before the clocks are compared");
        let clock = self.clock.get().expect("nothing is asked before the run begins");
        let [began, ended] = [began, ended].map(|ns| clock.at_ns(offset.ours_ns(ns)));
        let (sent, now) = (owed.sent, clock.now());
        if sent.since(began) > SLACK || ended.since(now) > SLACK {
            return Err(format!(
                "its times of operation {id} cannot be true: its clock runs apart from the machine's; use a monotonic one"
            ));
        }
        if let (Err((done, _)), Kind::BeginCall(call)) = (owed.answer.send((done, now)), owed.kind)
            && done.error.is_none()
            && *self.stage.borrow() == Stage::Serving
        {
            papers.abandon(call, clock);
        }
        Ok(())
    }
}

impl Papers {
    fn number(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn send(&mut self, order: &Order<'_>) {
        let mut line = serde_json::to_vec(order).expect("an order is JSON");
        line.push(b'\n');
        if let Some(outbox) = &self.outbox {
            // Where nobody writes any more the driver is gone, which is told elsewhere.
            let _ = outbox.send(line);
        }
        if matches!(order, Order::Cancel { .. }) {
            return;
        }
        self.owes_since.get_or_insert_with(Instant::now);
    }

    /// The call's caller hung up just as it began.
    fn abandon(&mut self, call: u64, clock: &Clock) {
        let Some(offset) = self.offset else { return };
        let (id, sent) = (self.number(), clock.now());
        let (answer, _) = oneshot::channel();
        self.owed.insert(id, Owed { kind: Kind::EndCall, sent, asked: Instant::now(), answer, _slot: None });
        self.send(&Order::EndCall { id, due_ns: offset.theirs(clock, sent), call });
    }

    fn take_pong(&mut self, id: u64, now_ns: i64, received_ns: u64) -> Result<(), String> {
        let asked = self.ping.take_if(|(asked, _)| *asked == id);
        let (_, sent_ns) = asked.ok_or_else(|| format!("it answered ping {id}, which nobody sent"))?;
        let measured = Offset::of(sent_ns, now_ns, received_ns);
        // Kept from the beginning: an offset that changes under way would make times jump.
        if self.introduction.is_some() && self.owed.is_empty() {
            self.offset = Some(self.offset.map_or(measured, |offset| offset.surer(measured)));
        }
        Ok(())
    }

    fn settle(&mut self, stage: Stage) {
        let owes_stage = matches!(stage, Stage::Greeting | Stage::Opening | Stage::Closing);
        if self.owed.is_empty() && self.ping.is_none() && !owes_stage {
            self.owes_since = None;
        }
    }
}

impl Kind {
    fn check(self, done: &Done) -> Result<(), &'static str> {
        match (self, &done.memory, done.saved, &done.error) {
            (_, None, None, Some(_))
            | (Self::Recall, Some(_), None, None)
            | (Self::Save, None, Some(_), None)
            | (Self::BeginCall(_) | Self::EndCall, None, None, None) => Ok(()),
            (Self::Recall, ..) => Err("with neither a `memory` nor an `error`, or with both; a recall has one of them"),
            (Self::Save, ..) => Err("with neither `saved` nor an `error`, or with both; a save has one of them"),
            (Self::BeginCall(_) | Self::EndCall, ..) => {
                Err("with what is none of a call's; it has an `error` or nothing")
            }
        }
    }
}

impl Stage {
    /// What was to be said instead.
    const fn expectation(self) -> &'static str {
        match self {
            Self::Greeting => "where its `hello` was due",
            Self::Clocks => "before it was asked to open",
            Self::Opening => "where `opened` or `refused` was due",
            Self::Serving => "in the middle of its work",
            Self::Closing => "where `closed` was due",
            Self::Closed => "after it had closed",
        }
    }
}

/// How many operations it takes on.
fn check(introduction: &Introduction) -> Result<usize, String> {
    let Introduction { protocol, version, max_in_flight, .. } = introduction;
    if *version != VERSION {
        return Err(format!(
            "it speaks version {version} of the protocol and this busyhour version {VERSION}; use a driver for that"
        ));
    }
    if protocol != PROTOCOL {
        return Err(format!("it speaks {} and not `{PROTOCOL}`", shown(protocol.as_bytes())));
    }
    match usize::try_from(*max_in_flight).unwrap_or(usize::MAX) {
        0 => Err("it takes on no operations: its `max_in_flight` must be 1 or more".to_owned()),
        operations => Ok(operations.min(MOST_IN_FLIGHT)),
    }
}

/// So many operations, in words.
pub(super) fn operations(count: usize) -> String {
    if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") }
}

/// The beginning of what it wrote, shown and not obeyed.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_SHOWN)]);
    let dots = if bytes.len() > LONGEST_SHOWN { "…" } else { "" };
    let plain: String = text.chars().filter(|sign| !sign.is_control()).collect();
    format!("`{plain}{dots}`")
}

const LONGEST_SHOWN: usize = 80;
const MOST_IN_FLIGHT: usize = 100_000;
/// Beyond what any exchange of pings leaves open.
const SLACK: crate::base::Span = crate::base::Span::from_ms(1_000);

#[cfg(test)]
mod tests;
