//! Doubly linked lists of places in a [`Slab`](super::slab::Slab): constant-time append, removal and first.
//!
//! The neighbours stand in an array of their own beside the table, eight bytes each, and every list is a ring: the last
//! entry's next is the first. So a removal is two stores and no question about ends. Lists that never hold the same
//! entry at once can share one array. Removing an entry that stands in no list of its array is a bug of ours, not of a
//! user: the list's owner knows where its entries are.

use slotmap::Key;

use super::slab::Place;

/// The neighbours of every place, for lists that no entry stands in two of.
#[derive(Debug)]
pub(super) struct Links<K>(Vec<Link<K>>);

/// An entry's neighbours.
#[derive(Clone, Copy, Debug)]
struct Link<K> {
    before: Place<K>,
    after: Place<K>,
}

/// One list: its first entry, which knows the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<K> {
    first: Option<Place<K>>,
}

impl<K: Key> List<K> {
    #[inline]
    pub(super) fn first(self) -> Option<Place<K>> {
        self.first
    }

    pub(super) fn last(self, links: &Links<K>) -> Option<Place<K>> {
        self.first.map(|first| links.of(first).before)
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.first.is_none()
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn push_back(&mut self, links: &mut Links<K>, place: Place<K>) {
        if let Some(first) = self.first {
            links.insert_before(first, place);
        } else {
            links.set(place, Link { before: place, after: place });
            self.first = Some(place);
        }
    }

    pub(super) fn push_front(&mut self, links: &mut Links<K>, place: Place<K>) {
        self.push_back(links, place);
        self.first = Some(place);
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn remove(&mut self, links: &mut Links<K>, place: Place<K>) {
        let after = links.unlink(place);
        if self.first == Some(place) {
            self.first = Some(after).filter(|after| *after != place);
        }
    }

    #[inline]
    pub(super) fn pop_front(&mut self, links: &mut Links<K>) -> Option<Place<K>> {
        let first = self.first?;
        self.remove(links, first);
        Some(first)
    }

    /// Puts a place where another one stood.
    pub(super) fn replace(&mut self, links: &mut Links<K>, old: Place<K>, new: Place<K>) {
        links.insert_before(old, new);
        let was_first = self.first == Some(old);
        self.remove(links, old);
        if was_first {
            self.first = Some(new);
        }
    }

    /// All entries from first to last.
    pub(super) fn iter(self, links: &Links<K>) -> impl Iterator<Item = Place<K>> {
        let next = move |place: &Place<K>| Some(links.of(*place).after).filter(|after| Some(*after) != self.first);
        std::iter::successors(self.first, next)
    }

    /// All of them at once, for audits.
    pub(super) fn places(self, links: &Links<K>) -> Vec<Place<K>> {
        self.iter(links).collect()
    }
}

impl<K: Key> Links<K> {
    #[inline]
    fn of(&self, place: Place<K>) -> Link<K> {
        self.0[place.index()]
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn insert_before(&mut self, next: Place<K>, place: Place<K>) {
        let before = std::mem::replace(&mut self.0[next.index()].before, place);
        self.0[before.index()].after = place;
        self.set(place, Link { before, after: next });
    }

    /// Takes the place out of its ring and says who came after it: itself, where it was alone.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn unlink(&mut self, place: Place<K>) -> Place<K> {
        let Link { before, after } = self.of(place);
        self.0[before.index()].after = after;
        self.0[after.index()].before = before;
        after
    }

    #[inline]
    fn set(&mut self, place: Place<K>, link: Link<K>) {
        match self.0.get_mut(place.index()) {
            Some(old) => *old = link,
            None => self.grow(place, link),
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, place: Place<K>, link: Link<K>) {
        self.0.resize(place.index() + 1, link);
    }
}

impl<K> Default for Links<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self { first: None }
    }
}
