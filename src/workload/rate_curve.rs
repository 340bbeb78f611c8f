//! A rate that changes over time, and calls that arrive by it.
//!
//! Calls are drawn by inversion: with Λ(t) the expected number of calls before t, the times Λ⁻¹(E₁), Λ⁻¹(E₁ + E₂), …
//! of a unit Poisson process are exactly a Poisson process of that rate, at one random number a call (E. Çinlar,
//! "Introduction to Stochastic Processes", 1975, chapter 4). Rates are calls per second, times seconds.

use crate::base::{Span, Stream, Time};

use super::{Rate, Stage};

/// A rate as linear pieces. After the last piece it repeats, or stays as it was.
#[derive(Clone, Debug)]
pub(super) struct RateCurve {
    pieces: Vec<Piece>,
    repeats: bool,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Infinite for a rate that stays.
    lasts: f64,
    from: f64,
    /// 1 / `from`: a product is quicker than a quotient, and this is the simulator's hottest line.
    seconds_per_call: f64,
    /// By which the rate changes, per second.
    slope: f64,
}

/// Poisson arrivals by a curve, in order, ending with the window.
#[derive(Clone, Debug)]
pub(super) struct Arriving {
    curve: RateCurve,
    stream: Stream,
    piece: usize,
    /// Of the piece at hand.
    starts: Time,
    /// Since `starts`.
    elapsed: f64,
    /// Calls that the rest of the piece is expected to bring.
    left: f64,
    until: Time,
}

impl RateCurve {
    /// Always the same.
    pub(super) fn steady(rate: Rate) -> Self {
        Self { pieces: vec![Piece::steady(f64::INFINITY, rate)], repeats: false }
    }

    /// Linear ramps from stage to stage; the first one is level, and the last rate stays.
    pub(super) fn stages(stages: &[Stage]) -> Self {
        let mut pieces = Vec::with_capacity(stages.len() + 1);
        let mut last = Stage { until: Span::ZERO, rate: stages.first().map_or(Rate(0.0), |stage| stage.rate) };
        for stage in stages {
            let lasts = (stage.until - last.until).secs_f64();
            pieces.push(Piece::ramp(lasts, last.rate, stage.rate));
            last = *stage;
        }
        pieces.push(Piece::steady(f64::INFINITY, last.rate));
        Self { pieces, repeats: false }
    }

    /// One rate an hour, repeating after the last.
    pub(super) fn hourly(rates: &[Rate]) -> Self {
        Self { pieces: rates.iter().map(|rate| Piece::steady(HOUR_S, *rate)).collect(), repeats: true }
    }

    /// Expected calls before `secs`.
    pub(super) fn expected_before(&self, secs: f64) -> f64 {
        let mut left = secs.max(0.0);
        let mut calls = 0.0;
        if self.repeats {
            let cycle: f64 = self.pieces.iter().map(|piece| piece.lasts).sum();
            let cycles = libm::floor(left / cycle);
            calls = cycles * self.pieces.iter().map(|piece| piece.calls_before(piece.lasts)).sum::<f64>();
            left -= cycles * cycle;
        }
        for piece in &self.pieces {
            calls += piece.calls_before(left.min(piece.lasts));
            left -= piece.lasts;
            if left <= 0.0 {
                break;
            }
        }
        calls
    }

    /// The highest rate before `secs`.
    pub(super) fn peak_before(&self, secs: f64) -> Rate {
        let mut left = secs;
        let mut peak: f64 = 0.0;
        for piece in &self.pieces {
            peak = peak.max(piece.from).max(piece.rate_at(left.min(piece.lasts)));
            left -= piece.lasts;
            if left <= 0.0 {
                break;
            }
        }
        Rate(peak)
    }
}

impl Piece {
    fn steady(lasts: f64, rate: Rate) -> Self {
        Self { lasts, from: rate.0, seconds_per_call: 1.0 / rate.0, slope: 0.0 }
    }

    /// A ramp in no time at all brings no calls, so that its slope does not matter.
    fn ramp(lasts: f64, from: Rate, to: Rate) -> Self {
        Self { slope: if lasts > 0.0 { (to.0 - from.0) / lasts } else { 0.0 }, ..Self::steady(lasts, from) }
    }

    /// The rate so long after the piece began.
    fn rate_at(&self, secs: f64) -> f64 {
        if self.slope == 0.0 { self.from } else { self.from + self.slope * secs }
    }

    /// Expected calls until so long after the piece began.
    fn calls_before(&self, secs: f64) -> f64 {
        let mean_rate = f64::midpoint(self.from, self.rate_at(secs));
        if mean_rate == 0.0 { 0.0 } else { mean_rate * secs }
    }

    /// How long after `from` so many calls are expected to have come; they must come within the piece.
    fn time_for(&self, from: f64, calls: f64) -> f64 {
        if self.slope == 0.0 {
            return calls * self.seconds_per_call;
        }
        let rate = self.rate_at(from);
        // The root of slope/2·t² + rate·t = calls that does not cancel digits, whatever the slope's sign.
        2.0 * calls / (rate + libm::sqrt((rate * rate + 2.0 * self.slope * calls).max(0.0)))
    }
}

impl Arriving {
    /// Arrivals before `until`.
    pub(super) fn new(curve: RateCurve, stream: Stream, until: Time) -> Self {
        let left = curve.pieces[0].calls_before(curve.pieces[0].lasts);
        Self { curve, stream, piece: 0, starts: Time::ZERO, elapsed: 0.0, left, until }
    }

    /// The next call comes in another piece, if it comes: after so many expected ones there.
    #[cold]
    #[inline(never)]
    fn later(&mut self, mut calls: f64) -> Option<f64> {
        while calls >= self.left {
            calls -= self.left;
            if !self.advance() {
                return None;
            }
        }
        Some(calls)
    }

    /// On to the next piece; false where there is none, or it begins too late.
    fn advance(&mut self) -> bool {
        let lasted = self.curve.pieces[self.piece].lasts;
        if lasted.is_infinite() || (self.piece + 1 == self.curve.pieces.len() && !self.curve.repeats) {
            return false;
        }
        self.starts += Span::from_secs_f64(lasted);
        self.elapsed = 0.0;
        self.piece = (self.piece + 1) % self.curve.pieces.len();
        let piece = &self.curve.pieces[self.piece];
        self.left = piece.calls_before(piece.lasts);
        self.starts < self.until
    }
}

impl Iterator for Arriving {
    type Item = Time;

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn next(&mut self) -> Option<Time> {
        let mut calls = self.stream.exponential();
        if calls >= self.left {
            calls = self.later(calls)?;
        }
        self.left -= calls;
        self.elapsed += self.curve.pieces[self.piece].time_for(self.elapsed, calls);
        let time = self.starts + Span::from_secs_f64(self.elapsed);
        (time < self.until).then_some(time)
    }
}

const HOUR_S: f64 = 3600.0;
