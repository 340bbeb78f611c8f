//! What a part tells the others: by how much what it holds has changed, and when.
//!
//! Eight bytes a change, so that some millions of them can wait to be put in order: the time since the part began to
//! note, and one of six words.

use crate::base::{Span, Time};

/// The changes of one part since somebody last collected them.
#[derive(Debug, Default)]
pub(super) struct Changes {
    since: Time,
    noted: Vec<u64>,
}

/// One more or one less of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Runtimes = 0,
    Busy = 1,
    Calls = 2,
}

impl Changes {
    /// So many more, or fewer, from now on.
    #[inline]
    pub(super) fn note(&mut self, now: Time, of: Of, more: i32) {
        let word = (of as u64) << 1 | u64::from(more < 0);
        let change = now.since(self.since).ns() << WORD_BITS | word;
        (0..more.unsigned_abs()).for_each(|_| self.noted.push(change));
    }

    /// Hands over what was noted, and notes from `now` on.
    pub(super) fn hand_over(&mut self, now: Time, to: &mut Vec<u64>) {
        to.append(&mut self.noted);
        self.since = now;
    }
}

/// What a noted change says of parts that began to note at `since`.
pub(super) fn read(change: u64, since: Time) -> (Time, Of, i32) {
    let of = match change >> 1 & 0b11 {
        0 => Of::Runtimes,
        1 => Of::Busy,
        _ => Of::Calls,
    };
    (since + Span::from_ns(change >> WORD_BITS), of, if change & 1 == 0 { 1 } else { -1 })
}

/// A part must be collected from before so long a time is over: 73 years.
pub(super) const LONGEST: Span = Span::from_ns(u64::MAX >> WORD_BITS);
const WORD_BITS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_and_later_changes_are_larger_numbers() {
        let mut changes = Changes::default();
        let (begin, end) = (Time::from_ns(7_000), Time::from_ns(7_000) + LONGEST);
        let mut noted = Vec::new();
        changes.hand_over(begin, &mut noted);
        changes.note(begin, Of::Calls, 1);
        changes.note(begin + Span::from_ns(1), Of::Runtimes, -2);
        changes.note(end, Of::Busy, 0);
        changes.note(end, Of::Busy, -1);
        changes.hand_over(end, &mut noted);
        assert!(noted.is_sorted());
        let read: Vec<_> = noted.iter().map(|change| read(*change, begin)).collect();
        let second = begin + Span::from_ns(1);
        let want = [(begin, Of::Calls, 1), (second, Of::Runtimes, -1), (second, Of::Runtimes, -1), (end, Of::Busy, -1)];
        assert_eq!(read, want);
    }
}
