//! Doubly linked lists threaded through the entries of a slot map: constant-time append, removal and first.
//!
//! An entry can stand in one list per *lane*. Removing an entry that stands in no list of that lane is a bug of ours,
//! not of a user: the list's owner knows where its entries are.

use std::marker::PhantomData;

use slotmap::{Key, SlotMap};

/// An entry's neighbours in one list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link<K> {
    before: Option<K>,
    after: Option<K>,
}

/// An entry that can stand in a list of lane `LANE`.
pub(super) trait Linked<K, const LANE: usize> {
    /// Its neighbours there.
    fn link(&self) -> &Link<K>;
    /// Its neighbours there, to be changed.
    fn link_mut(&mut self) -> &mut Link<K>;
}

/// First and last entry of a list.
#[derive(Debug)]
pub(super) struct List<K, const LANE: usize> {
    ends: Option<(K, K)>,
    lane: PhantomData<[(); LANE]>,
}

impl<K: Key, const LANE: usize> List<K, LANE> {
    pub(super) fn first(&self) -> Option<K> {
        self.ends.map(|(first, _)| first)
    }

    pub(super) fn last(&self) -> Option<K> {
        self.ends.map(|(_, last)| last)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    pub(super) fn push_back<T: Linked<K, LANE>>(&mut self, entries: &mut SlotMap<K, T>, key: K) {
        *entries[key].link_mut() = Link { before: self.last(), after: None };
        self.ends = Some(match self.ends {
            None => (key, key),
            Some((first, last)) => {
                entries[last].link_mut().after = Some(key);
                (first, key)
            }
        });
    }

    pub(super) fn push_front<T: Linked<K, LANE>>(&mut self, entries: &mut SlotMap<K, T>, key: K) {
        *entries[key].link_mut() = Link { before: None, after: self.first() };
        self.ends = Some(match self.ends {
            None => (key, key),
            Some((first, last)) => {
                entries[first].link_mut().before = Some(key);
                (key, last)
            }
        });
    }

    pub(super) fn remove<T: Linked<K, LANE>>(&mut self, entries: &mut SlotMap<K, T>, key: K) {
        let Link { before, after } = std::mem::take(entries[key].link_mut());
        let (first, last) = self.ends.expect("an entry is removed from a list it stands in");
        if let Some(before) = before {
            entries[before].link_mut().after = after;
        }
        if let Some(after) = after {
            entries[after].link_mut().before = before;
        }
        self.ends = match (before, after) {
            (None, None) => None,
            (None, Some(after)) => Some((after, last)),
            (Some(before), None) => Some((first, before)),
            (Some(_), Some(_)) => Some((first, last)),
        };
    }

    pub(super) fn pop_front<T: Linked<K, LANE>>(&mut self, entries: &mut SlotMap<K, T>) -> Option<K> {
        let first = self.first()?;
        self.remove(entries, first);
        Some(first)
    }

    /// All entries from first to last, for audits.
    pub(super) fn keys<T: Linked<K, LANE>>(&self, entries: &SlotMap<K, T>) -> Vec<K> {
        let next = |key: &K| entries[*key].link().after;
        std::iter::successors(self.first(), next).collect()
    }
}

impl<K> Default for Link<K> {
    fn default() -> Self {
        Self { before: None, after: None }
    }
}

impl<K, const LANE: usize> Default for List<K, LANE> {
    fn default() -> Self {
        Self { ends: None, lane: PhantomData }
    }
}
