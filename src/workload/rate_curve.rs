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
    to: f64,
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
            pieces.push(Piece { lasts, from: last.rate.0, to: stage.rate.0 });
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
            calls = cycles * self.pieces.iter().map(|piece| piece.calls(0.0, piece.lasts)).sum::<f64>();
            left -= cycles * cycle;
        }
        for piece in &self.pieces {
            calls += piece.calls(0.0, left.min(piece.lasts));
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
        Self { lasts, from: rate.0, to: rate.0 }
    }

    fn slope(&self) -> f64 {
        if self.lasts.is_finite() && self.lasts > 0.0 { (self.to - self.from) / self.lasts } else { 0.0 }
    }

    fn rate_at(&self, secs: f64) -> f64 {
        if self.slope() == 0.0 { self.from } else { self.from + self.slope() * secs }
    }

    /// Expected calls between two times since the piece began.
    fn calls(&self, from: f64, to: f64) -> f64 {
        let mean_rate = f64::midpoint(self.rate_at(from), self.rate_at(to));
        if mean_rate == 0.0 { 0.0 } else { mean_rate * (to - from) }
    }

    /// How long after `from` so many calls are expected to have come; they must come within the piece.
    fn time_for(&self, from: f64, calls: f64) -> f64 {
        let (rate, slope) = (self.rate_at(from), self.slope());
        if slope == 0.0 {
            return calls / rate;
        }
        // The root of slope/2·t² + rate·t = calls that does not cancel digits, whatever the slope's sign.
        2.0 * calls / (rate + libm::sqrt((rate * rate + 2.0 * slope * calls).max(0.0)))
    }
}

impl Arriving {
    /// Arrivals before `until`.
    pub(super) fn new(curve: RateCurve, stream: Stream, until: Time) -> Self {
        Self { curve, stream, piece: 0, starts: Time::ZERO, elapsed: 0.0, until }
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
        self.starts < self.until
    }
}

impl Iterator for Arriving {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        let mut calls = -libm::log(self.stream.open_unit());
        loop {
            let piece = &self.curve.pieces[self.piece];
            let left = piece.calls(self.elapsed, piece.lasts);
            if calls < left {
                self.elapsed += piece.time_for(self.elapsed, calls);
                let time = self.starts + Span::from_secs_f64(self.elapsed);
                return (time < self.until).then_some(time);
            }
            calls -= left;
            if !self.advance() {
                return None;
            }
        }
    }
}

const HOUR_S: f64 = 3600.0;
