//! A host's loopback ports and cores, shared by all its workers.

use std::ops::RangeInclusive;

use super::computing::Task;
use super::processors::Processors;
use crate::base::Time;

/// Which ports of the range are taken, by whomever, and what is computed.
#[derive(Debug)]
pub(super) struct Host {
    first: u16,
    taken: Vec<bool>,
    /// Absent where nothing competes for them.
    pub(super) processors: Option<Processors<Task>>,
    /// When the next computation is over, if the queue is right; else never.
    pub(super) next_end: Time,
}

impl Host {
    pub(super) fn new(range: &RangeInclusive<u16>, cores: Option<u16>) -> Self {
        Self {
            first: *range.start(),
            taken: vec![false; range.len()],
            processors: cores.map(Processors::new),
            next_end: Time::NEVER,
        }
    }

    /// Takes a port; false where somebody has it.
    pub(super) fn take(&mut self, port: u16) -> bool {
        !std::mem::replace(&mut self.taken[usize::from(port - self.first)], true)
    }

    pub(super) fn give_back(&mut self, port: u16) {
        let held = std::mem::replace(&mut self.taken[usize::from(port - self.first)], false);
        assert!(held, "port {port} is given back by its holder");
    }

    /// Takes free ports from the upper end down, as a stranger would.
    pub(super) fn squat(&mut self, count: u16) -> Vec<u16> {
        let free: Vec<u16> =
            (self.first..).zip(&self.taken).filter(|(_, taken)| !**taken).map(|(port, _)| port).collect();
        let squatted: Vec<u16> = free.into_iter().rev().take(usize::from(count)).collect();
        for port in &squatted {
            self.take(*port);
        }
        squatted
    }
}
