//! A run over time: stretches of one width, which doubles when there is no room for more of them.

use super::bucket::{Bucket, LEVELS};
use super::document::Moment;
use crate::base::{Span, Time};

/// A run over time.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    width: Span,
    buckets: Vec<Bucket>,
    levels: [u32; LEVELS],
    since: Time,
}

impl Timeline {
    /// For a run that is expected to last so long.
    pub(super) fn new(expected: Span) -> Self {
        let fits = |width: &Span| expected.ns().div_ceil(width.ns()) <= EXPECTED;
        let width = WIDTHS_MS.into_iter().map(Span::from_ms).find(fits).unwrap_or(Span::from_secs(86_400));
        Self { width, buckets: Vec::new(), levels: [0; LEVELS], since: Time::ZERO }
    }

    /// The stretch a time falls into.
    #[inline]
    pub(super) fn at(&mut self, at: Time) -> &mut Bucket {
        let place = place(at, self.width);
        if place < self.buckets.len() { &mut self.buckets[place] } else { self.grown_to(at) }
    }

    /// The levels are these from then on. A word that comes late takes effect when it is heard.
    #[inline]
    pub(super) fn step(&mut self, at: Time, levels: [u32; LEVELS]) {
        if at > self.since {
            self.hold_until(at);
        }
        self.levels = levels;
    }

    /// The present levels held until then.
    fn hold_until(&mut self, at: Time) {
        while self.since < at {
            let since = self.since;
            let levels = self.levels;
            // This may double the width, so it comes first.
            self.at(since);
            let end = Time::ZERO + Span::from_ns((place(since, self.width) as u64 + 1).saturating_mul(self.width.ns()));
            let until = end.min(at);
            self.at(since).held(levels, until.since(since));
            self.since = until;
        }
    }

    #[cold]
    fn grown_to(&mut self, at: Time) -> &mut Bucket {
        while place(at, self.width) >= MOST {
            self.double();
        }
        let place = place(at, self.width);
        if place >= self.buckets.len() {
            self.buckets.resize_with(place + 1, Bucket::default);
        }
        &mut self.buckets[place]
    }

    fn double(&mut self) {
        self.width = Span::from_ns(self.width.ns().saturating_mul(2));
        let pairs = self.buckets.chunks(2).map(|pair| {
            let mut one = pair[0].clone();
            pair[1..].iter().for_each(|other| one.absorb(other));
            one
        });
        self.buckets = pairs.collect();
    }

    /// Width in seconds, and all that happened until then.
    pub(super) fn finish(mut self, ended: Time, budget: Span) -> (f64, Vec<Moment>) {
        self.hold_until(ended);
        let moments = (0_u64..).zip(&self.buckets).map_while(|(number, bucket)| {
            let from = Time::ZERO + Span::from_ns(number * self.width.ns());
            let lasted = ended.since(from).min(self.width);
            (lasted > Span::ZERO).then(|| bucket.moment(from.secs_f64(), lasted, budget))
        });
        (self.width.secs_f64(), moments.collect())
    }
}

fn place(at: Time, width: Span) -> usize {
    usize::try_from(at.ns() / width.ns()).unwrap_or(usize::MAX)
}

/// A run that lasts as long as expected has so many stretches at most: what an eye tells apart, with some hundred recalls each.
const EXPECTED: u64 = 180;
/// No more than so many are kept, in 2 MB.
const MOST: usize = 720;
/// Widths people can count in, up to those of a month's run.
const WIDTHS_MS: [u64; 19] = [
    50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
    1_800_000, 3_600_000, 7_200_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Time {
        Time::ZERO + Span::from_ms(ms)
    }

    #[test]
    fn a_minute_is_told_in_half_seconds_and_an_hour_in_thirds_of_a_minute() {
        for (secs, width) in [(1, 0.05), (90, 0.5), (3_600, 20.0), (86_400, 600.0), (86_400 * 365 * 100, 86_400.0)] {
            let (told, _) = Timeline::new(Span::from_secs(secs)).finish(Time::ZERO, Span::ZERO);
            assert!((told - width).abs() < 1e-9, "{secs} s in stretches of {told} s");
        }
    }

    #[test]
    fn levels_are_spread_over_the_stretches_they_held_in() {
        let mut timeline = Timeline::new(Span::from_secs(180));
        timeline.step(at(500), [4, 2, 1, 0]);
        timeline.step(at(2_250), [1, 1, 0, 1]);
        let (width, moments) = timeline.finish(at(2_500), Span::ZERO);
        assert!((width - 1.0).abs() < 1e-9);
        let runtimes: Vec<_> = moments.iter().map(|moment| (moment.runtimes.mean, moment.runtimes.peak)).collect();
        // 0 for half a second and 4 for half; 4; 4 for a quarter and 1 for a quarter of the half second there is.
        assert_eq!(runtimes, [(2.0, 4), (4.0, 4), (2.5, 4)]);
        assert_eq!(moments[2].draining.peak, 1);
    }

    #[test]
    fn a_run_much_longer_than_expected_keeps_its_sums_in_as_many_stretches() {
        let mut timeline = Timeline::new(Span::from_secs(1));
        for second in 0..100_000 {
            timeline.at(at(second * 1_000)).calls += 1;
            timeline.step(at(second * 1_000), [3, 0, 0, 0]);
        }
        let ended = at(100_000_000);
        let (width, moments) = timeline.finish(ended, Span::ZERO);
        assert!(moments.len() <= MOST && width * moments.len() as f64 >= 100_000.0);
        assert_eq!(moments.iter().map(|moment| moment.calls).sum::<u64>(), 100_000);
        assert!(moments.iter().all(|moment| (moment.runtimes.mean - 3.0).abs() < 1e-9));
    }

    #[test]
    fn the_last_time_there_is_has_a_stretch() {
        let mut timeline = Timeline::new(Span::from_secs(1));
        timeline.at(Time::NEVER).calls += 1;
        assert!(timeline.buckets.len() <= MOST);
    }
}
