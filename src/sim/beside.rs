//! A table beside the pool's own: what this room knows of whom the pool has named.
//!
//! The pool's ids are a place, dense from 1, and the how manieth life stands there. So this is an array by place, each
//! entry with the life it belongs to. A `slotmap::SecondaryMap` is that, too, but takes entries
//! ready-made, and to copy those into it costs a simulation more than all its looking up.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use slotmap::{Key, KeyData};

/// Entries by id.
#[derive(Debug)]
pub(super) struct Beside<K, T> {
    slots: Vec<Slot<T>>,
    taken: usize,
    ids: PhantomData<K>,
}

#[derive(Clone, Debug)]
struct Slot<T> {
    /// No id's where nobody stands here.
    life: u32,
    entry: T,
}

impl<K: Key, T: Clone> Beside<K, T> {
    /// Puts an entry where its id says, and makes it there. Who stood there has left.
    #[inline]
    pub(super) fn insert(&mut self, id: K, entry: impl FnOnce() -> T) -> &mut T {
        let (place, life) = halves(id);
        self.taken += 1;
        if place >= self.slots.len() {
            return self.grow(place, life, entry());
        }
        let slot = &mut self.slots[place];
        slot.life = life;
        slot.entry = entry();
        &mut slot.entry
    }

    #[inline]
    pub(super) fn get(&self, id: K) -> Option<&T> {
        let (place, life) = halves(id);
        self.slots.get(place).filter(|slot| slot.life == life).map(|slot| &slot.entry)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, id: K) -> Option<&mut T> {
        let (place, life) = halves(id);
        self.slots.get_mut(place).filter(|slot| slot.life == life).map(|slot| &mut slot.entry)
    }

    /// The entry, which may still be looked at until the next one comes.
    #[inline]
    pub(super) fn remove(&mut self, id: K) -> Option<&T> {
        let (place, life) = halves(id);
        let slot = self.slots.get_mut(place).filter(|slot| slot.life == life)?;
        slot.life = NOBODY;
        self.taken -= 1;
        Some(&slot.entry)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.taken
    }

    /// All of them by place.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        let slots = (0_u64..).zip(&self.slots).filter(|(_, slot)| slot.life != NOBODY);
        slots.map(|(place, slot)| (KeyData::from_ffi(u64::from(slot.life) << 32 | place).into(), &slot.entry))
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, place: usize, life: u32, entry: T) -> &mut T {
        self.slots.resize(place, Slot { life: NOBODY, entry: entry.clone() });
        self.slots.push(Slot { life, entry });
        &mut self.slots[place].entry
    }
}

impl<K, T> Default for Beside<K, T> {
    fn default() -> Self {
        Self { slots: Vec::new(), taken: 0, ids: PhantomData }
    }
}

impl<K: Key, T: Clone> Index<K> for Beside<K, T> {
    type Output = T;

    #[inline]
    fn index(&self, id: K) -> &T {
        self.get(id).expect(IS_THERE)
    }
}

impl<K: Key, T: Clone> IndexMut<K> for Beside<K, T> {
    #[inline]
    fn index_mut(&mut self, id: K) -> &mut T {
        self.get_mut(id).expect(IS_THERE)
    }
}

/// Place and life.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "both halves are wanted, each by itself")]
fn halves<K: Key>(id: K) -> (usize, u32) {
    let both = id.data().as_ffi();
    (both as u32 as usize, (both >> 32) as u32)
}

/// Lives of ids are odd.
const NOBODY: u32 = 0;
const IS_THERE: &str = "whoever is asked for has not left";

#[cfg(test)]
mod tests {
    use slotmap::DefaultKey;

    use super::*;

    fn id(place: u64, life: u64) -> DefaultKey {
        KeyData::from_ffi(life << 32 | place).into()
    }

    #[test]
    fn an_id_finds_its_own_entry_and_none_that_stood_or_stands_there_by_another() {
        let mut table = Beside::<DefaultKey, char>::default();
        table.insert(id(3, 1), || 'a');
        assert_eq!((table.get(id(3, 1)), table.get(id(3, 3)), table.get(id(2, 1))), (Some(&'a'), None, None));
        let removed = [3, 1, 1].map(|life| table.remove(id(3, life)).copied());
        assert_eq!(removed, [None, Some('a'), None]);
        table.insert(id(3, 3), || 'b');
        assert_eq!((table.get(id(3, 1)), table[id(3, 3)], table.len()), (None, 'b', 1));
    }

    #[test]
    fn all_are_named_by_place_and_nobody_else() {
        let mut table = Beside::<DefaultKey, char>::default();
        for (place, entry) in [(5, 'e'), (1, 'a'), (3, 'c')] {
            table.insert(id(place, 1), || entry);
        }
        table.remove(id(3, 1));
        assert_eq!(table.iter().collect::<Vec<_>>(), [(id(1, 1), &'a'), (id(5, 1), &'e')]);
    }
}
