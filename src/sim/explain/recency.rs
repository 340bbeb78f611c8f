//! Who was used when: the order of last uses, and how many stand behind one of them, in logarithmic time.
//!
//! Places are numbered as they are given out, so their order is the order of time. A tree of partial sums (Fenwick,
//! Software: Practice and Experience 24, 1994) counts those that are still taken; what was left is swept out when it is
//! half of everything. Memory is bounded by the places that are taken, and those by [`MOST`].

use crate::base::Time;

/// The order of last uses.
#[derive(Debug, Default)]
pub(super) struct Recency {
    uses: Vec<Use>,
    /// Partial sums over `uses`: entry `i` covers as many of them, up to and with `uses[i]`, as the lowest bit of
    /// `i + 1` says.
    sums: Vec<u32>,
    taken: u32,
    /// Nothing before it is taken.
    front: usize,
    next: u64,
}

/// A place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    number: u64,
    /// When it was taken.
    pub(super) at: Time,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    place: Place,
    taken: bool,
}

impl Recency {
    /// Somebody was used just now: the last place of all.
    pub(super) fn take(&mut self, now: Time) -> Place {
        if self.uses.len() >= 2 * self.taken as usize + SLACK {
            self.sweep();
        }
        let place = Place { number: self.next, at: now };
        self.next += 1;
        self.append(place);
        if self.taken > MOST {
            self.drop_first(|_| true);
        }
        place
    }

    /// Leaves the place. How many behind it are taken, if it has not been dropped: used since.
    pub(super) fn leave(&mut self, place: Place) -> Option<u32> {
        let index = self.uses.binary_search_by_key(&place.number, |entry| entry.place.number).ok()?;
        self.uses[index].taken.then(|| {
            let since = self.taken - self.up_to(index);
            self.free(index);
            since
        })
    }

    /// Drops the oldest places for which that holds.
    pub(super) fn drop_while(&mut self, over: impl Fn(Time) -> bool) {
        while self.drop_first(&over) {}
    }

    fn drop_first(&mut self, over: impl Fn(Time) -> bool) -> bool {
        while self.uses.get(self.front).is_some_and(|entry| !entry.taken) {
            self.front += 1;
        }
        let found = self.uses.get(self.front).is_some_and(|entry| over(entry.place.at));
        if found {
            self.free(self.front);
        }
        found
    }

    fn append(&mut self, place: Place) {
        let number = self.uses.len() + 1;
        let start = number - lowest_bit(number);
        let (mut sum, mut covered) = (1, number - 1);
        while covered > start {
            sum += self.sums[covered - 1];
            covered -= lowest_bit(covered);
        }
        self.uses.push(Use { place, taken: true });
        self.sums.push(sum);
        self.taken += 1;
    }

    /// Places taken up to and with the index.
    fn up_to(&self, index: usize) -> u32 {
        let (mut number, mut sum) = (index + 1, 0);
        while number > 0 {
            sum += self.sums[number - 1];
            number -= lowest_bit(number);
        }
        sum
    }

    fn free(&mut self, index: usize) {
        self.uses[index].taken = false;
        self.taken -= 1;
        let mut number = index + 1;
        while number <= self.sums.len() {
            self.sums[number - 1] -= 1;
            number += lowest_bit(number);
        }
    }

    fn sweep(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        self.sums.clear();
        (self.taken, self.front) = (0, 0);
        uses.into_iter().filter(|entry| entry.taken).for_each(|entry| self.append(entry.place));
    }
}

fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

/// No pool holds more runtimes than there are ports, so what lies deeper is out of every cap's reach.
const MOST: u32 = 1 << 16;
/// Below this it is not worth sweeping.
const SLACK: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Stream;

    #[test]
    fn counts_as_a_list_does() {
        let mut recency = Recency::default();
        let (mut list, mut most) = (Vec::<Place>::new(), 0);
        let mut dice = Stream::named(1, "recency", 0);
        for step in 0..20_000 {
            let now = Time::from_ns(step);
            match dice.below(10) {
                0..5 => list.push(recency.take(now)),
                5..9 if !list.is_empty() => {
                    let index = usize::try_from(dice.below(list.len() as u64)).unwrap();
                    let place = list.remove(index);
                    let since = u32::try_from(list.len() - index).unwrap();
                    assert_eq!(recency.leave(place), Some(since));
                    assert_eq!(recency.leave(place), None, "a place is left once");
                }
                _ => {
                    let limit = Time::from_ns(step.saturating_sub(300));
                    recency.drop_while(|at| at < limit);
                    list.retain(|place| place.at >= limit);
                }
            }
            assert_eq!(recency.taken as usize, list.len());
            most = most.max(list.len());
        }
        assert!(recency.uses.len() <= 2 * most + SLACK, "what was left is swept out");
    }

    #[test]
    fn what_no_pool_could_hold_is_dropped() {
        let mut recency = Recency::default();
        let places: Vec<Place> = (0..=u64::from(MOST)).map(|ns| recency.take(Time::from_ns(ns))).collect();
        assert_eq!(recency.taken, MOST);
        assert_eq!(recency.leave(places[0]), None);
        assert_eq!(recency.leave(places[1]), Some(MOST - 1));
    }
}
