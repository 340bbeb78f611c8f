//! One call, played from its ring to its end.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::driver::Texts;
use super::performance::Performance;
use super::score::AckedSave;
use super::worker::{Fault, Kept, Outcome, Person};
use crate::base::{Canary, Span, TenantIndex, Time, foreign_canaries};
use crate::client::{Timing, User};
use crate::measure::{Breach, ErrorCode, Event, Law, Recall, Save};
use crate::scenario::{Lease, Refusal};
use crate::workload::{Call, Next, Turn, speech};

/// One call under way.
pub(super) struct Conversation {
    performance: Arc<Performance>,
    call: Call,
    person: Person,
    user_canary: Canary,
    /// Held from ring to end where the tenant leases per call.
    kept: Option<Kept>,
    turns: u32,
}

/// A refusal made the router turn the call away.
struct Shed;

impl Conversation {
    pub(super) fn new(performance: Arc<Performance>, call: Call) -> Self {
        let id = speech::user_id(call.caller);
        let project = &performance.tenant(call.tenant).project;
        let user_canary = Canary::of_caller(project, &id);
        let name = speech::display_name(call.caller);
        let user = User::new(&id).expect("our user ids are not blank").named(name.clone());
        Self { performance, call, person: Person { user, name }, user_canary, kept: None, turns: 0 }
    }

    /// Plays the call; its time of ringing is now. Gives the call back with the time at which it ended.
    pub(super) async fn play(mut self) -> (Call, Time) {
        let mut line = Line::open(&self.performance, &self.call);
        let lag = self.now().since(self.call.rings_at);
        self.note(&Event::Rang { tenant: self.call.tenant, intended: self.call.rings_at, lag });
        let end = self.talk().await.unwrap_or_else(|Shed| {
            self.note(&Event::CallShed { tenant: self.call.tenant, rang: self.call.rings_at });
            self.now()
        });
        line.over = true;
        (self.call, end)
    }

    /// All turns, and then silence until the caller hangs up.
    async fn talk(&mut self) -> Result<Time, Shed> {
        let performance = Arc::clone(&self.performance);
        let traffic = &performance.scenario.traffic.tenants[self.call.tenant.index()];
        let mut turn = self.call.first_turn(traffic);
        loop {
            self.performance.alarm.until(turn.starts_at).await;
            self.turn(turn).await?;
            self.turns += 1;
            match self.call.after(traffic, turn.starts_at, self.now()) {
                Next::Turn(next) => turn = next,
                Next::HangUp(end) => {
                    self.performance.alarm.until(end).await;
                    return Ok(end);
                }
            }
        }
    }

    async fn turn(&mut self, turn: Turn) -> Result<(), Shed> {
        let lag = self.now().since(turn.starts_at);
        let said = speech::said(&self.performance.tenant(self.call.tenant).project, self.call.caller, self.turns);
        let recalled = self.recall_with_retries(said.query).await;
        self.note_recall(turn, lag + recalled.queued, &recalled);
        match &recalled.told {
            Ok(told) => self.look_for_strangers(told),
            Err(fault) if fault.is_refusal && self.performance.scenario.on_refusal == Refusal::Shed => {
                return Err(Shed);
            }
            Err(_) => {}
        }
        self.performance.alarm.until(recalled.ended + turn.reply).await;
        self.save(turn, &said.user, said.assistant).await;
        Ok(())
    }

    /// A recall, repeated after a refusal where the router is told to.
    async fn recall_with_retries(&mut self, query: &str) -> Outcome {
        let (pause, attempts) = match self.performance.scenario.on_refusal {
            Refusal::Retry { after, attempts } => (after, attempts),
            Refusal::Shed | Refusal::Degrade => (Span::ZERO, 1),
        };
        let mut left = attempts;
        loop {
            left -= 1;
            let recalled = self.recall(query).await;
            let refused = recalled.told.as_ref().is_err_and(|fault| fault.is_refusal);
            if left == 0 || !refused {
                return recalled;
            }
            self.performance.alarm.until(recalled.ended + pause).await;
        }
    }

    /// One attempt. Where leases are per call and this call has none yet, it is taken first: normally as the call
    /// rings, later only if it was refused then.
    async fn recall(&mut self, query: &str) -> Outcome {
        let (worker, budget) = (Arc::clone(self.performance.worker(&self.call)), self.performance.scenario.budget);
        if self.performance.tenant(self.call.tenant).lease == Lease::Turn {
            return worker.recall(&self.person, None, query, budget).await;
        }
        let mut opened = Timing::default();
        if self.kept.is_none() {
            let (kept, began) = worker.begin(&self.person, self.call.number).await;
            if began.told.is_err() {
                return began;
            }
            (self.kept, opened) = (kept, began.timing);
        }
        let mut recalled = worker.recall(&self.person, self.kept.as_ref(), query, budget).await;
        // What a caller waits for at the ring is part of the first recall.
        recalled.timing.admission = recalled.timing.admission.or(opened.admission);
        recalled.timing.session_start = recalled.timing.session_start.or(opened.session_start);
        recalled
    }

    async fn save(&mut self, turn: Turn, user_text: &str, assistant_text: &str) {
        let id = self.performance.turn_id(self.call.tenant, self.call.number, self.turns);
        if self.kept.is_none() && self.performance.tenant(self.call.tenant).lease == Lease::Call {
            return;
        }
        let began = self.now();
        let texts = Texts { user: user_text, assistant: assistant_text, turn_id: &id };
        let worker = self.performance.worker(&self.call);
        let Outcome { told: outcome, timing, ended, .. } = worker.save(&self.person, self.kept.as_ref(), texts).await;
        let tenant = self.call.tenant;
        if let Some((admission, took)) = timing.admission {
            self.note(&Event::Admitted { tenant, asked: began, admission, took: took.into() });
        }
        if outcome.is_ok() {
            self.performance.score.acknowledged(tenant, self.acked());
        }
        let outcome = outcome.map(drop).map_err(|fault| fault.code);
        let [session_start, exchange] = [timing.session_start, timing.search].map(|took| took.map(Span::from));
        self.performance.score.saved(turn.starts_at, session_start, exchange, outcome);
        let took = ended.since(began);
        self.note(&Event::Saved(Save { tenant, turn_intended: turn.starts_at, took, outcome }));
    }

    fn acked(&self) -> AckedSave {
        let Call { number, caller, worker, .. } = self.call;
        AckedSave { call: number, turn: self.turns, caller, worker }
    }

    fn note_recall(&self, turn: Turn, lag: Span, Outcome { told: outcome, timing, ended, .. }: &Outcome) {
        let took = ended.since(turn.starts_at);
        let outcome = outcome.as_ref().map(drop).map_err(|fault: &Fault| fault.code);
        let met = outcome.is_ok() && took <= self.performance.scenario.budget;
        self.performance.progress.recalled(took, met, outcome.is_err_and(ErrorCode::is_refusal));
        self.note(&Event::Recalled(Recall {
            tenant: self.call.tenant,
            intended: turn.starts_at,
            lag,
            took,
            outcome,
            admission: timing.admission.map(|(admission, took)| (admission, took.into())),
            session_start: timing.session_start.map(Span::from),
            search: timing.search.map(Span::from),
        }));
    }

    /// Law 7: nothing in an answer belongs to anybody else.
    fn look_for_strangers(&self, told: &str) {
        let own = [self.user_canary.clone(), self.performance.tenant(self.call.tenant).canary.clone()];
        for stranger in strangers(told, &own) {
            let tenant = &self.performance.tenant(self.call.tenant).name;
            let what = format!("caller {} of `{tenant}` was told {stranger}", self.person.user.id());
            let (tenant, at) = (Some(self.call.tenant), self.now());
            self.performance.score.breach(Breach { law: Law::Memory, tenant, at, what });
        }
    }

    fn note(&self, event: &Event) {
        self.performance.score.note(event);
    }

    fn now(&self) -> Time {
        self.performance.clock.now()
    }
}

/// Canaries anywhere in an answer that are none of the caller's own.
fn strangers(told: &str, own: &[Canary]) -> BTreeSet<String> {
    foreign_canaries(told, own).into_iter().map(str::to_owned).collect()
}

/// A caller on the line. Dropped before the call is over, it was cut.
struct Line {
    performance: Arc<Performance>,
    tenant: TenantIndex,
    rang: Time,
    over: bool,
}

impl Line {
    fn open(performance: &Arc<Performance>, call: &Call) -> Self {
        performance.progress.rang();
        Self { performance: Arc::clone(performance), tenant: call.tenant, rang: call.rings_at, over: false }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.performance.progress.hung_up();
        if !self.over {
            self.performance.score.note(&Event::CallCut { tenant: self.tenant, rang: self.rang });
        }
    }
}

#[cfg(test)]
mod tests {
    use mock_runtime::wire::loopback::{Memory, OrgHit, PermanentHit, Profile};

    use super::*;

    fn strangers(memory: &Memory, own: &[Canary]) -> BTreeSet<String> {
        super::strangers(&serde_json::to_string(memory).expect("it is JSON"), own)
    }

    #[test]
    fn a_stranger_is_found_in_every_part_of_an_answer() {
        let own = [Canary::of_caller("p", "ann"), Canary::of_project("p")];
        let other = Canary::of_caller("p", "bob");
        let text = |canary: &Canary| format!("she likes {}, they say", canary.as_str());
        let told = |canary: &Canary| {
            let permanent = PermanentHit { text: text(canary), ..PermanentHit::default() };
            let org = OrgHit { text: text(canary), ..OrgHit::default() };
            let profile = Profile { summary: text(canary), ..Profile::default() };
            [
                Memory { context_text: text(canary), ..Memory::default() },
                Memory { profile: Some(profile), ..Memory::default() },
                Memory { working: vec![text(canary).into()], ..Memory::default() },
                Memory { permanent: vec![permanent], ..Memory::default() },
                Memory { org: vec![org], ..Memory::default() },
            ]
        };
        for memory in told(&other) {
            assert_eq!(strangers(&memory, &own), BTreeSet::from([other.as_str().to_owned()]));
        }
        for memory in own.iter().flat_map(told) {
            assert_eq!(strangers(&memory, &own), BTreeSet::new());
        }
    }
}
