//! Keys in the order of their last uses, and how many stand behind one of them, in logarithmic time.
//!
//! Places are given out one after the other, so their order is the order of time. A tree of partial sums (P. Fenwick,
//! "A New Data Structure for Cumulative Frequency Tables", Software: Practice and Experience 24, 1994) counts those that
//! are taken. When the places are used up, those that are taken move together: once in as many steps as there are
//! keys, so that memory is bounded by keys and time by n log n.

/// Keys in the order of their last uses.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    /// By place, whose it is; [`NOBODY`] where it was left.
    owners: Vec<u32>,
    /// Partial sums: entry `i` covers as many places, up to and with place `i`, as the lowest bit of `i + 1` says.
    sums: Vec<u32>,
    /// The next place to give out.
    next: usize,
    taken: u32,
}

impl Order {
    /// The last place of all, for `key`. Where places moved, each owner is told of his new one.
    pub(super) fn take(&mut self, key: u32, moved: impl FnMut(u32, u32)) -> u32 {
        if self.next == self.owners.len() {
            self.move_together(moved);
        }
        let place = self.next;
        self.next += 1;
        self.owners[place] = key;
        self.add(place, 1);
        self.taken += 1;
        u32::try_from(place).expect("places are twice the keys, which are counted in 31 bits")
    }

    /// Leaves a place. How many behind it are taken.
    pub(super) fn leave(&mut self, place: u32) -> u32 {
        let place = place as usize;
        let behind = self.taken - self.up_to(place);
        self.owners[place] = NOBODY;
        self.add(place, u32::MAX);
        self.taken -= 1;
        behind
    }

    /// All places, taken or not.
    pub(super) fn places(&self) -> usize {
        self.owners.len()
    }

    /// Places taken up to and with that one.
    fn up_to(&self, place: usize) -> u32 {
        let (mut number, mut sum) = (place + 1, 0_u32);
        while number > 0 {
            sum = sum.wrapping_add(self.sums[number - 1]);
            number &= number - 1;
        }
        sum
    }

    /// Adds to what is counted at a place; the largest number there is takes one away.
    fn add(&mut self, place: usize, change: u32) {
        let mut number = place + 1;
        while number <= self.sums.len() {
            self.sums[number - 1] = self.sums[number - 1].wrapping_add(change);
            number += number & number.wrapping_neg();
        }
    }

    fn move_together(&mut self, mut moved: impl FnMut(u32, u32)) {
        let taken = self.taken as usize;
        let room = (2 * taken).max(FEWEST);
        self.owners.retain(|owner| *owner != NOBODY);
        for (place, owner) in (0..).zip(&self.owners) {
            moved(*owner, place);
        }
        self.owners.resize(room, NOBODY);
        self.next = taken;
        self.sums.clear();
        self.sums.resize(room, 0);
        for number in 1..=room {
            self.sums[number - 1] += u32::from(number <= taken);
            let covered_by = number + (number & number.wrapping_neg());
            if covered_by <= room {
                self.sums[covered_by - 1] += self.sums[number - 1];
            }
        }
    }
}

const NOBODY: u32 = u32::MAX;
/// Fewer places are not worth moving for.
const FEWEST: usize = 64;
