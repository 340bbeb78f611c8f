//! Processor sharing against what is known of it.

use proptest::prelude::*;

use super::Processors;
use crate::base::{Span, Time};

/// Pieces of work, by when they come and what they need, in nanoseconds: when each is done, on so many cores.
fn ends(cores: u16, pieces: &[(u64, u64)]) -> Vec<u64> {
    let mut processors = Processors::new(cores);
    let mut ends = vec![0; pieces.len()];
    let mut coming: Vec<(u64, u64, usize)> =
        pieces.iter().enumerate().map(|(number, (comes, needs))| (*comes, *needs, number)).collect();
    coming.sort_unstable();
    let mut coming = coming.into_iter().peekable();
    loop {
        let end = processors.next_end().unwrap_or(Time::NEVER);
        if let Some((at, needs, number)) = coming.next_if(|(at, ..)| Time::from_ns(*at) < end) {
            let now = Time::from_ns(at);
            processors.add(now, now, Span::from_ns(needs), number);
        } else if end < Time::NEVER {
            let before = ends.iter().filter(|end| **end > 0).count();
            while let Some(number) = processors.next_done(end) {
                ends[number] = end.ns();
            }
            assert!(ends.iter().filter(|end| **end > 0).count() > before, "somebody was to be done at {end:?}");
        } else {
            return ends;
        }
    }
}

/// The same by definition, in small steps of real arithmetic: from one coming or end to the next, all advance alike.
fn ends_by_definition(cores: u16, pieces: &[(u64, u64)]) -> Vec<f64> {
    let mut left: Vec<f64> = pieces.iter().map(|(_, needs)| *needs as f64).collect();
    let (mut now, mut ends) = (0.0_f64, vec![0.0; pieces.len()]);
    while ends.contains(&0.0) {
        let here = |number: &usize| pieces[*number].0 as f64 <= now && ends[*number] == 0.0;
        let computing: Vec<usize> = (0..pieces.len()).filter(here).collect();
        let rate = (f64::from(cores) / computing.len() as f64).min(1.0);
        let next = pieces.iter().map(|(comes, _)| *comes as f64).filter(|comes| *comes > now).fold(f64::MAX, f64::min);
        let first = computing.iter().map(|number| now + left[*number] / rate).fold(f64::MAX, f64::min);
        let then = next.min(first);
        for number in computing {
            left[number] -= (then - now) * rate;
            if left[number] < 1e-6 {
                ends[number] = then;
            }
        }
        now = then;
    }
    ends
}

/// When each would be done were they served one after another by one core.
fn ends_in_turn(pieces: &[(u64, u64)]) -> Vec<u64> {
    let serve = |free: &mut u64, (comes, needs): &(u64, u64)| {
        *free = (*free).max(*comes) + needs;
        Some(*free)
    };
    pieces.iter().scan(0, serve).collect()
}

#[test]
fn as_many_as_there_are_cores_do_not_feel_each_other() {
    assert_eq!(ends(2, &[(1, 10), (3, 5)]), [11, 8]);
}

#[test]
fn more_than_there_are_cores_share_them_evenly() {
    assert_eq!(ends(1, &[(0, 10), (0, 10)]), [20, 20]);
    assert_eq!(ends(2, &[(0, 10), (0, 10), (0, 10), (0, 20)]), [20, 20, 20, 30]);
    // Alone for 4 ns, then half a core for 12 ns, then alone again.
    assert_eq!(ends(1, &[(0, 20), (4, 6)]), [26, 16]);
}

#[test]
fn a_piece_never_ends_early_and_at_most_a_nanosecond_late() {
    // A third of a core: 1 ns of work takes 3 ns, and with seven 7 ns.
    assert_eq!(ends(1, &[(0, 1), (0, 1), (0, 1)]), [3, 3, 3]);
    assert_eq!(ends(2, &[(0, 1), (0, 1), (0, 1)]), [2, 2, 2]);
    assert_eq!(ends(3, &[(0, 3); 7]), [7; 7]);
}

#[test]
fn who_pauses_leaves_the_core_to_the_others_and_goes_on_where_he_was() {
    let (mut processors, at) = (Processors::new(1), Time::from_ns);
    let paused = processors.add(at(0), at(0), Span::from_ns(10), "paused");
    processors.add(at(0), at(0), Span::from_ns(10), "goes on");
    processors.pause(at(4), paused, at(100));
    processors.go_on(at(50), paused);
    // Both have done 2 of 10 by then.
    assert_eq!(processors.next_end(), Some(at(12)));
    assert_eq!((processors.next_done(at(12)), processors.next_done(at(12))), (Some("goes on"), None));
    assert_eq!(processors.next_end(), None);
    processors.go_on(at(100), paused);
    assert_eq!(processors.next_end(), Some(at(108)));
}

#[test]
fn who_leaves_frees_his_share_at_once_and_is_forgotten() {
    let (mut processors, at) = (Processors::new(1), Time::from_ns);
    let leaves = processors.add(at(0), at(0), Span::from_ns(2), "leaves");
    processors.add(at(0), at(0), Span::from_ns(10), "stays");
    assert_eq!(processors.leave(at(2), leaves), Some("leaves"));
    assert_eq!(processors.leave(at(2), leaves), None);
    processors.go_on(at(3), leaves);
    assert_eq!(processors.next_end(), Some(at(11)));
}

#[test]
fn a_century_on_many_cores_overflows_nothing() {
    let (mut processors, year) = (Processors::new(4096), 365 * 24 * 3600 * 1_000_000_000_u64);
    for number in 0..10_000 {
        processors.add(Time::from_ns(99 * year), Time::from_ns(99 * year), Span::from_ns(year), number);
    }
    let end = processors.next_end().expect("they compute");
    // 10,000 years of work on 4096 cores, to the nanosecond above.
    let expected = (u128::from(year) * 10_000).div_ceil(4096);
    assert_eq!(u128::from(end.ns() - 99 * year), expected);
}

fn pieces() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((0..2_000_u64, 1..300_u64), 1..25).prop_map(|mut pieces| {
        pieces.sort_unstable();
        pieces
    })
}

proptest! {
    /// Each ends when it does by definition, later by a nanosecond for every end before it at most.
    #[test]
    fn it_is_processor_sharing(cores in 1..5_u16, pieces in pieces()) {
        let (shared, defined) = (ends(cores, &pieces), ends_by_definition(cores, &pieces));
        for (shared, defined) in shared.into_iter().zip(defined) {
            let late = shared as f64 - defined;
            prop_assert!((-1e-3..=1.0 + pieces.len() as f64).contains(&late), "{late} ns late");
        }
    }

    /// One core is never idle while there is work: by whatever rule it serves, its busy periods end at the same times.
    #[test]
    fn no_work_is_lost_and_none_is_done_twice(pieces in pieces()) {
        let (shared, in_turn) = (ends(1, &pieces), ends_in_turn(&pieces));
        let last = |ends: &[u64]| ends.iter().copied().max();
        let late = last(&shared).zip(last(&in_turn)).map(|(shared, in_turn)| shared.checked_sub(in_turn));
        let late = late.flatten().expect("a busy period does not end before its work is done");
        prop_assert!(late <= pieces.len() as u64, "{late} ns late");
    }

    /// Cores for everybody: each takes what it needs, exactly.
    #[test]
    fn with_a_core_for_each_nothing_is_shared(pieces in pieces()) {
        let alone: Vec<u64> = pieces.iter().map(|(comes, needs)| comes + needs).collect();
        prop_assert_eq!(ends(25, &pieces), alone);
    }
}
