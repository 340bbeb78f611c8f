//! A dense table whose entries are called by place inside the pool, and by id outside.
//!
//! A [`Place`] is an index that the pool knows to be taken: following one costs no more than an array does. An id is a
//! place and the how manieth life it is of whoever stands there; [`Slab::find`] is the border where an id is checked,
//! once per input. Places are used again, last left first; ids never are: a place whose lives are used up, after two
//! thousand million, is left empty for good.
//!
//! Following a place that was left leads to an old entry or to somebody else's. That would be a bug of ours, not of a
//! user, and audits see it. What has left is overwritten only when its place is taken again, so entries should own
//! nothing that is worth freeing.

use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::{Index, IndexMut};

use slotmap::{Key, KeyData};

/// Where an entry stands, for as long as it stands there. Small, and as small in an `Option`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place<K> {
    /// Counted from 1.
    number: NonZeroU32,
    table: PhantomData<K>,
}

impl<K: Key> Place<K> {
    /// For arrays that run beside the table.
    #[inline]
    pub(super) fn index(self) -> usize {
        self.number.get() as usize - 1
    }

    #[inline]
    fn new(number: u32) -> Option<Self> {
        Some(Self { number: NonZeroU32::new(number)?, table: PhantomData })
    }

    #[inline]
    fn id(self, life: u32) -> K {
        KeyData::from_ffi(u64::from(life) << 32 | u64::from(self.number.get())).into()
    }
}

/// The entries, and the places that can be taken again.
#[derive(Debug)]
pub(super) struct Slab<K, T> {
    slots: Vec<Slot<K, T>>,
    /// The place that was left last; each free one knows the next.
    free: Option<Place<K>>,
}

#[derive(Debug)]
struct Slot<K, T> {
    /// Odd while somebody stands here, one more with every coming and going.
    life: u32,
    next_free: Option<Place<K>>,
    entry: T,
}

impl<K: Key, T> Slab<K, T> {
    /// Where the newcomer stands now, and what it is called outside.
    #[expect(clippy::inline_always, reason = "its two answers, returned through memory, would be waited for")]
    #[inline(always)]
    pub(super) fn insert(&mut self, entry: T) -> (Place<K>, K) {
        self.insert_with(|| entry)
    }

    /// [`Slab::insert`] of an entry that is made where it is to stand: to make it elsewhere and copy it costs more than
    /// all the rest.
    #[expect(clippy::inline_always, reason = "see `Slab::insert`")]
    #[inline(always)]
    pub(super) fn insert_with(&mut self, entry: impl FnOnce() -> T) -> (Place<K>, K) {
        let Some(place) = self.free else { return self.grow(entry()) };
        let slot = &mut self.slots[place.index()];
        self.free = slot.next_free;
        slot.life += 1;
        slot.entry = entry();
        (place, place.id(slot.life))
    }

    /// The entry, which has left, may still be looked at until the next one comes.
    #[inline]
    pub(super) fn remove(&mut self, place: Place<K>) -> &T {
        let slot = &mut self.slots[place.index()];
        slot.life = slot.life.wrapping_add(1);
        if slot.life != USED_UP {
            slot.next_free = self.free;
            self.free = Some(place);
        }
        &slot.entry
    }

    /// [`Slab::remove`] by id. None where it has left before.
    #[inline]
    pub(super) fn take(&mut self, id: K) -> Option<&T> {
        Some(self.remove(self.find(id)?))
    }

    /// Where the owner of the id stands, unless it has left.
    #[inline]
    pub(super) fn find(&self, id: K) -> Option<Place<K>> {
        let (number, life) = halves(id);
        let place = Place::new(number)?;
        self.slots.get(place.index()).is_some_and(|slot| slot.life == life).then_some(place)
    }

    /// What the entry is called outside.
    #[inline]
    pub(super) fn id(&self, place: Place<K>) -> K {
        place.id(self.slots[place.index()].life)
    }

    /// Whether somebody stands there, for audits.
    pub(super) fn is_taken(&self, place: Place<K>) -> bool {
        self.slots.get(place.index()).is_some_and(|slot| slot.life % 2 == 1)
    }

    /// All places that are taken, in their order: costs a pass over the table.
    pub(super) fn places(&self) -> impl Iterator<Item = Place<K>> {
        let places = (1_u32..).zip(&self.slots).filter_map(|(number, _)| Place::new(number));
        places.filter(|place| self.is_taken(*place))
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, entry: T) -> (Place<K>, K) {
        let life = 1;
        self.slots.push(Slot { life, next_free: None, entry });
        let number = u32::try_from(self.slots.len()).expect("a pool holds fewer than 2^32 of anything");
        let place = Place::new(number).expect("a table that has just grown is not empty");
        (place, place.id(life))
    }
}

impl<K, T> Default for Slab<K, T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: None }
    }
}

impl<K: Key, T> Index<Place<K>> for Slab<K, T> {
    type Output = T;

    #[inline]
    fn index(&self, place: Place<K>) -> &T {
        &self.slots[place.index()].entry
    }
}

impl<K: Key, T> IndexMut<Place<K>> for Slab<K, T> {
    #[inline]
    fn index_mut(&mut self, place: Place<K>) -> &mut T {
        &mut self.slots[place.index()].entry
    }
}

/// Number of the place, and life.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both halves are wanted, each by itself")]
fn halves<K: Key>(id: K) -> (u32, u32) {
    let both = id.data().as_ffi();
    (both as u32, (both >> 32) as u32)
}

/// The life after the last.
const USED_UP: u32 = 0;

#[cfg(test)]
mod tests {
    use slotmap::DefaultKey;

    use super::*;

    #[test]
    fn an_id_finds_its_entry_until_that_leaves_and_never_the_next_one_there() {
        let mut slab = Slab::<DefaultKey, char>::default();
        let (place, id) = slab.insert('a');
        assert_eq!((slab.find(id), slab.id(place)), (Some(place), id));
        assert_eq!(slab.take(id), Some(&'a'));
        assert_eq!((slab.find(id), slab.take(id)), (None, None));
        let (new, new_id) = slab.insert('b');
        assert_eq!((new, slab[new]), (place, 'b'), "the place is used again");
        assert_eq!((slab.find(id), slab.find(new_id)), (None, Some(new)), "the id is not");
        assert_eq!(slab.find(DefaultKey::default()), None);
    }

    #[test]
    fn a_place_whose_lives_are_used_up_is_taken_no_more() {
        let mut slab = Slab::<DefaultKey, char>::default();
        let (place, _) = slab.insert('a');
        for (life, again) in [(u32::MAX - 2, true), (u32::MAX, false)] {
            slab.slots[place.index()].life = life;
            slab.remove(place);
            assert_eq!(slab.insert('b').0 == place, again, "after life {life}");
        }
        assert_eq!(slab.places().count(), 1);
    }

    #[test]
    fn places_left_are_taken_again_last_left_first() {
        let mut slab = Slab::<DefaultKey, char>::default();
        let [a, b, c] = ['a', 'b', 'c'].map(|entry| slab.insert(entry).0);
        slab.remove(a);
        slab.remove(c);
        assert_eq!(slab.places().collect::<Vec<_>>(), [b]);
        assert_eq!(['d', 'e'].map(|entry| slab.insert(entry).0), [c, a]);
    }
}
