//! How boots came about, counted.

use schemars::JsonSchema;
use serde::Serialize;

use super::happening::{BootReason, Shortage};

/// How all boots of a play came about, warm-up included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BootAccount {
    /// Boots that began.
    pub total: u64,
    /// Of them, for callers who had no runtime before.
    pub first_use: u64,
    /// Because the last runtime was evicted.
    pub evicted: u64,
    /// Of those, evictions for want of a port rather than of a slot.
    pub evicted_for_ports: u64,
    /// Because the last runtime was reaped.
    pub idle: u64,
    /// Because the last runtime crashed.
    pub crashed: u64,
    /// Because the last boot had failed.
    pub boot_failed: u64,
    /// Boots that a larger pool would have spared: those with a `reuse_from_cap`.
    pub avoidable: u64,
    /// The cap from which half of the avoidable boots would have been reuses; `null` where there is none.
    pub half_from_cap: Option<u32>,
    /// The same for four in five of them.
    pub most_from_cap: Option<u32>,
    /// The same for all of them.
    pub all_from_cap: Option<u32>,
}

/// Counts boots one by one.
#[derive(Clone, Debug, Default)]
pub struct BootTally {
    account: BootAccount,
    /// By the cap from which they would have been reuses; as long as the largest, and no cap is larger than the ports.
    by_cap: Vec<u64>,
}

impl BootTally {
    /// One more.
    pub fn count(&mut self, cause: &BootReason, reuse_from_cap: Option<u32>) {
        let account = &mut self.account;
        account.total += 1;
        match cause {
            BootReason::FirstUse => account.first_use += 1,
            BootReason::Evicted { by, .. } => {
                account.evicted += 1;
                account.evicted_for_ports += u64::from(by.want == Shortage::Port);
            }
            BootReason::Idle { .. } => account.idle += 1,
            BootReason::Crashed { .. } => account.crashed += 1,
            BootReason::BootFailed { .. } => account.boot_failed += 1,
        }
        let Some(cap) = reuse_from_cap else { return };
        account.avoidable += 1;
        let cap = cap as usize;
        if cap >= self.by_cap.len() {
            self.by_cap.resize(cap + 1, 0);
        }
        self.by_cap[cap] += 1;
    }

    /// The sum.
    pub fn account(&self) -> BootAccount {
        BootAccount {
            half_from_cap: self.spared(1, 2),
            most_from_cap: self.spared(4, 5),
            all_from_cap: self.spared(1, 1),
            ..self.account.clone()
        }
    }

    /// The smallest cap that would have spared a share of `part / whole`, or more, of what is avoidable.
    fn spared(&self, part: u64, whole: u64) -> Option<u32> {
        let reached = self.by_cap.iter().scan(0, |sum, boots| {
            *sum += boots;
            Some(*sum)
        });
        let wanted = |spared: u64| spared > 0 && spared * whole >= self.account.avoidable * part;
        reached.zip(0..).find(|(spared, _)| wanted(*spared)).map(|(_, cap)| cap)
    }
}
