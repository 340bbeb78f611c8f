//! Which port belongs to whom.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use super::runtime::RuntimeId;
use crate::base::{Span, Time};

/// Who holds a port that is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortHolder {
    /// A runtime of this pool.
    Runtime(RuntimeId),
    /// Someone else; seen at that time.
    Stranger(Time),
}

/// The ports of the range: free, held by a runtime, or found to be a stranger's.
#[derive(Debug)]
pub(super) struct Ports {
    range: RangeInclusive<u16>,
    recheck: Span,
    /// Longest free first.
    free: VecDeque<u16>,
    /// Longest ago seen first.
    strangers: VecDeque<(Time, u16)>,
    /// By offset in the range.
    held: Vec<Option<RuntimeId>>,
}

impl Ports {
    pub(super) fn new(range: RangeInclusive<u16>, recheck: Span) -> Self {
        let free: VecDeque<u16> = range.clone().collect();
        Self { held: vec![None; free.len()], free, range, recheck, strangers: VecDeque::new() }
    }

    /// Ports that could be handed out now.
    #[inline]
    pub(super) fn free(&self) -> usize {
        self.free.len()
    }

    pub(super) fn strangers(&self) -> usize {
        self.strangers.len()
    }

    pub(super) fn range(&self) -> &RangeInclusive<u16> {
        &self.range
    }

    /// Hands out the port that has been free for longest.
    #[inline]
    pub(super) fn take(&mut self, runtime: RuntimeId) -> Option<u16> {
        let port = self.free.pop_front()?;
        let offset = self.offset(port);
        self.held[offset] = Some(runtime);
        Some(port)
    }

    /// The runtime that held the port is gone.
    #[inline]
    pub(super) fn give_back(&mut self, port: u16) {
        self.let_go(port);
        self.free.push_back(port);
    }

    /// The port that was handed out turned out to be in use by someone else.
    pub(super) fn mark_stranger(&mut self, now: Time, port: u16) {
        self.let_go(port);
        self.strangers.push_back((now, port));
    }

    /// Puts the strangers' ports that may be tried again among the free ones.
    pub(super) fn recheck_strangers(&mut self, now: Time) {
        if self.strangers.is_empty() {
            return;
        }
        let due = self.strangers.iter().take_while(|(seen, _)| *seen + self.recheck <= now).count();
        self.free.extend(self.strangers.drain(..due).map(|(_, port)| port));
    }

    /// Who holds what, in the order of the ports.
    pub(super) fn holders(&self) -> Vec<(u16, PortHolder)> {
        let ours = self.range.clone().zip(&self.held);
        let ours = ours.filter_map(|(port, held)| Some((port, PortHolder::Runtime((*held)?))));
        let strangers = self.strangers.iter().map(|(seen, port)| (*port, PortHolder::Stranger(*seen)));
        let mut all: Vec<_> = ours.chain(strangers).collect();
        all.sort_unstable_by_key(|(port, _)| *port);
        all
    }

    fn let_go(&mut self, port: u16) {
        let offset = self.offset(port);
        assert!(self.held[offset].take().is_some(), "law 4: port {port} is given back by its one holder");
    }

    fn offset(&self, port: u16) -> usize {
        usize::from(port - self.range.start())
    }
}
