//! Law 5 from outside: how long an acquire may take.
//!
//! An acquire that waits has a slot that is free or will be: it waits for drains that are under way, and then for a boot,
//! which the pool's timeout ends. One that has to wait for the drain of its caller's own last runtime queues up after
//! that, behind drains that may have begun meanwhile: so two drains and a boot. Each port that turns out to be a
//! stranger's may cost one drain more. All that is counted generously, so that only a forgotten acquire exceeds it.

use crate::base::Span;

/// What the acquires of one pool may have to wait for.
#[derive(Debug)]
pub(super) struct Patience {
    boot_timeout: Span,
    longest_drain: Span,
    /// Ports found to be strangers', so far.
    ports_lost: u64,
}

impl Patience {
    pub(super) fn new(boot_timeout: Span) -> Self {
        Self { boot_timeout, longest_drain: Span::ZERO, ports_lost: 0 }
    }

    /// A port turned out to be a stranger's.
    pub(super) fn port_lost(&mut self) {
        self.ports_lost += 1;
    }

    /// A drain took so long, or is under way since so long.
    pub(super) fn drain_took(&mut self, took: Span) {
        self.longest_drain = self.longest_drain.max(took);
    }

    /// The longest an acquire may have waited.
    pub(super) fn limit(&self) -> Span {
        let drains = self.longest_drain.ns().saturating_mul(2 + self.ports_lost);
        self.boot_timeout + Span::from_ns(drains)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_and_two_drains_and_one_more_for_each_port_that_was_lost() {
        let mut patience = Patience::new(Span::from_secs(5));
        assert_eq!(patience.limit(), Span::from_secs(5));
        patience.drain_took(Span::from_secs(3));
        patience.drain_took(Span::from_secs(1));
        assert_eq!(patience.limit(), Span::from_secs(11));
        patience.port_lost();
        assert_eq!(patience.limit(), Span::from_secs(14));
    }
}
