//! Plays one sequence to the pool and to the reference and stops at the first difference.

use std::fmt::Debug;

use busyhour::base::{Span, Time};
use proptest::test_runner::TestCaseError;

use crate::mistake::Mistake;
use crate::reference::{Phase, Reference};
use crate::tested::Tested;
use crate::trial::{Aim, Step, Trial};
use crate::words::Input;

/// Fails with what differed, and at which input.
pub(crate) fn play(trial: &Trial, mistake: Option<Mistake>) -> Result<(), TestCaseError> {
    let mut pair = Pair {
        pool: Tested::new(trial.settings.clone(), BIRTH),
        reference: Reference::new(trial.settings.clone(), BIRTH, mistake),
        now: BIRTH,
    };
    trial.steps.iter().try_for_each(|step| pair.take(*step))
}

/// Not zero, and no multiple of any interval: what counts from the birth must not count from zero.
const BIRTH: Time = Time::from_ns(3_000_000_001);

struct Pair {
    pool: Tested,
    reference: Reference,
    now: Time,
}

impl Pair {
    fn take(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Wait { ms } => self.wait(Span::from_ms(ms)),
            Step::Lag { ms } => {
                self.now += Span::from_ms(ms);
                Ok(())
            }
            _ => self.input(step).map_or(Ok(()), |input| self.give(input)),
        }
    }

    fn wait(&mut self, span: Span) -> Result<(), TestCaseError> {
        let until = self.now + span;
        while let Some(wake) = self.reference.next_wake().filter(|wake| *wake <= until) {
            self.now = self.now.max(wake);
            self.give(Input::Tick)?;
        }
        self.now = until;
        Ok(())
    }

    /// What the step comes to; nothing where there is nobody to be its subject.
    fn input(&self, step: Step) -> Option<Input> {
        let waiter = |aim| choose(aim, &self.reference.waiting(), self.reference.waiters.len());
        let lease = |aim| choose(aim, &self.reference.held(), self.reference.leases.len());
        let runtime = |aim, phase| choose(aim, &self.reference.started_in(phase), self.reference.started.len());
        Some(match step {
            Step::Acquire { key } => Input::Acquire { key },
            Step::Cancel(aim) => Input::Cancel { waiter: waiter(aim)? },
            Step::Release(aim) => Input::Release { lease: lease(aim)? },
            Step::Started(aim, kind) => Input::Started { runtime: runtime(aim, Phase::Booting)?, kind },
            Step::StartFailed(aim) => Input::StartFailed { runtime: runtime(aim, Phase::Booting)? },
            Step::PortTaken(aim) => Input::PortTaken { runtime: runtime(aim, Phase::Booting)? },
            Step::Failed(aim) => Input::Failed { runtime: runtime(aim, Phase::Ready)? },
            Step::Exited(aim) => Input::Exited { runtime: runtime(aim, Phase::Ready)? },
            Step::Drained(aim) => Input::Drained { runtime: runtime(aim, Phase::Draining)? },
            Step::Wait { .. } | Step::Lag { .. } => return None,
            Step::Close => Input::Close,
            Step::CloseNow => Input::CloseNow,
        })
    }

    fn give(&mut self, input: Input) -> Result<(), TestCaseError> {
        let (now, pool, reference) = (self.now, &mut self.pool, &mut self.reference);
        same("answer", now, input, &pool.give(now, input), &reference.give(now, input))?;
        let (mut ordered, mut expected) = (pool.orders(), reference.orders());
        if matches!(input, Input::Close | Input::CloseNow) {
            // Stable: what is ordered for one key keeps its sequence.
            ordered.sort_by_key(|order| reference.key_of(order));
            expected.sort_by_key(|order| reference.key_of(order));
        }
        same("orders", now, input, &ordered, &expected)?;
        same("view", now, input, &pool.view(), &reference.view())
    }
}

/// Shrinks to the first of those it makes sense for.
fn choose(aim: Aim, apt: &[usize], all: usize) -> Option<usize> {
    match aim {
        Aim::Apt(which) if !apt.is_empty() => Some(apt[which % apt.len()]),
        Aim::Apt(which) | Aim::Any(which) => which.checked_rem(all),
    }
}

fn same<T: Debug + PartialEq>(
    what: &str,
    now: Time,
    input: Input,
    pool: &T,
    reference: &T,
) -> Result<(), TestCaseError> {
    if pool == reference {
        return Ok(());
    }
    let ms = now.since(BIRTH).ms_f64();
    Err(TestCaseError::fail(format!(
        "{what} of {input:?} at {ms} ms:\n  pool      {pool:?}\n  reference {reference:?}"
    )))
}
