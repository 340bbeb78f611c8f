//! Events the cloud has not taken yet, safe on disk.
//!
//! An event is on disk before it is acknowledged and leaves only when the cloud has said that it has it. A death in
//! between means that it is delivered again, which the cloud recognises by its id.

use std::collections::VecDeque;
use std::path::Path;

use super::json_log::{JsonLog, LogError};
use crate::wire::cloud::CloudEvent;

/// The outbox of one caller.
#[derive(Debug)]
pub(crate) struct Outbox {
    log: JsonLog,
    pending: VecDeque<CloudEvent>,
    /// Lines at the head of the log that the cloud has.
    spent: usize,
}

impl Outbox {
    /// Opens the outbox in the caller's folder, with whatever a former life left there.
    pub(crate) fn open(folder: &Path) -> Result<Self, LogError> {
        let (log, left) = JsonLog::open(folder.join("outbox.jsonl"))?;
        Ok(Self { log, pending: left.into(), spent: 0 })
    }

    /// Makes the event durable. Adding an event that is still waiting changes nothing.
    pub(crate) fn add(&mut self, event: CloudEvent) -> Result<(), LogError> {
        if self.pending.iter().any(|waiting| waiting.event_id == event.event_id) {
            return Ok(());
        }
        self.log.append(&event)?;
        self.pending.push_back(event);
        Ok(())
    }

    /// Events that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// The oldest events that wait, at most `limit`.
    pub(crate) fn oldest(&self, limit: usize) -> Vec<CloudEvent> {
        self.pending.iter().take(limit).cloned().collect()
    }

    /// The cloud has the `count` oldest events.
    pub(crate) fn delivered(&mut self, count: usize) -> Result<(), LogError> {
        self.pending.drain(..count);
        self.spent += count;
        if self.pending.is_empty() {
            self.log.clear()?;
        } else if self.spent >= COMPACT_AFTER {
            self.log.rewrite(self.pending.iter())?;
        } else {
            return Ok(());
        }
        self.spent = 0;
        Ok(())
    }
}

/// Delivered lines that may stay in the file while others wait.
const COMPACT_AFTER: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: usize) -> CloudEvent {
        CloudEvent { event_id: format!("e{id}"), kind: "turn".into(), ..CloudEvent::default() }
    }

    fn ids(outbox: &Outbox) -> Vec<String> {
        outbox.oldest(usize::MAX).into_iter().map(|event| event.event_id).collect()
    }

    #[test]
    fn what_was_not_delivered_is_there_in_the_next_life() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut outbox = Outbox::open(folder.path()).expect("opened");
        (0..3).for_each(|id| outbox.add(event(id)).expect("written"));
        outbox.add(event(1)).expect("known already");
        assert_eq!(ids(&Outbox::open(folder.path()).expect("opened")), ["e0", "e1", "e2"]);
        outbox.delivered(3).expect("cleared");
        assert_eq!(Outbox::open(folder.path()).expect("opened").waiting(), 0);
    }

    #[test]
    fn a_part_that_was_delivered_leaves_the_file_after_a_while() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut outbox = Outbox::open(folder.path()).expect("opened");
        (0..COMPACT_AFTER + 2).for_each(|id| outbox.add(event(id)).expect("written"));
        outbox.delivered(COMPACT_AFTER - 1).expect("noted");
        assert_eq!(ids(&outbox), ["e255", "e256", "e257"]);
        assert_eq!(Outbox::open(folder.path()).expect("opened").waiting(), COMPACT_AFTER + 2, "redelivered, no harm");
        outbox.delivered(1).expect("compacted");
        assert_eq!(ids(&Outbox::open(folder.path()).expect("opened")), ["e256", "e257"]);
    }
}
