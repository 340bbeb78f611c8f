//! More traffic, or less, of the kind that was recorded.

use super::{Trace, TracedCall};
use crate::base::{Span, Stream, Time};

impl Trace {
    /// So many times the calls, by so many times the callers: callers are kept or doubled whole, so that who comes back
    /// still does, and a double calls up to five minutes sooner or later than the one he is made after, as two people
    /// would. Which ones is always the same.
    ///
    /// # Panics
    /// Where there are more callers then than can be counted.
    #[must_use]
    pub fn grown(&self, factor: f64) -> Self {
        let mut calls = Vec::new();
        let mut copy = 0_u32;
        while f64::from(copy) < factor {
            let share = (factor - f64::from(copy)).min(1.0);
            calls.extend((0_u64..).zip(&self.calls).filter_map(|(place, call)| self.copied(copy, share, place, call)));
            copy += 1;
        }
        Self::new(calls, self.turn_times.clone())
    }

    /// The call as its caller's copy makes it, if he is one of the share that has that copy.
    fn copied(&self, copy: u32, share: f64, place: u64, call: &TracedCall) -> Option<TracedCall> {
        // Somebody unknown calls once.
        let who = call.caller.map_or(u64::from(self.known) + place, u64::from);
        let mut draws = Stream::numbered(SEED + u64::from(copy), who);
        if !draws.chance(share) {
            return None;
        }
        if copy == 0 {
            return Some(*call);
        }
        let later = Span::from_ns(draws.below(2 * APART.ns()));
        let since = (call.answered_at + later).since(Time::ZERO + APART);
        let caller = call.caller.map(|caller| {
            let shifted = copy.checked_mul(self.known).and_then(|first| first.checked_add(caller));
            shifted.expect("fewer than 2³² callers call")
        });
        Some(TracedCall { answered_at: Time::ZERO + since, caller, ..*call })
    }
}

/// How far two people's calls lie apart who are alike.
const APART: Span = Span::from_secs(300);
/// Any will do.
const SEED: u64 = 0x6275_7379;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::TracedTurns;

    /// A thousand callers who call twice each, and as many unknown ones.
    fn trace() -> Trace {
        let call = |at_s: u64, caller| TracedCall {
            answered_at: Time::ZERO + Span::from_secs(at_s),
            ringing: Span::ZERO,
            caller,
            length: None,
            turns: TracedTurns::Unknown,
        };
        let known = (0..1_000).flat_map(|who| [call(1_000, Some(who)), call(5_000, Some(who))]);
        Trace::new(known.chain((0..1_000).map(|at| call(1_000 + at, None))).collect(), Vec::new())
    }

    #[test]
    fn growing_doubles_callers_whole_and_keeps_when_they_come_back() {
        let grown = trace().grown(1.5);
        assert!((4_300..4_700).contains(&grown.calls().len()), "{}", grown.calls().len());
        assert!((grown.share_of_unknown() - 1.0 / 3.0).abs() < 0.03);
        for who in 0..grown.known() {
            let times: Vec<Time> =
                grown.calls().iter().filter(|call| call.caller == Some(who)).map(|call| call.answered_at).collect();
            let [first, second] = times[..] else {
                assert!(times.is_empty() && who >= 1_000, "caller {who} calls twice or is no double");
                continue;
            };
            assert_eq!(second.since(first), Span::from_secs(4_000));
        }
    }

    #[test]
    fn growing_by_one_changes_nothing_and_by_less_leaves_callers_out() {
        assert_eq!(trace().grown(1.0), trace());
        assert!((850..1_150).contains(&trace().grown(1.0 / 3.0).calls().len()));
    }
}
