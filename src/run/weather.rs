//! What the cloud suffers from just now. Faults may overlap: each adds its part and takes it back.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::base::Span;
use crate::cloud::Conditions;

/// What the cloud suffers from just now. Clones speak of the same cloud.
#[derive(Clone)]
pub(super) struct Weather {
    conditions: Conditions,
    sum: Arc<Mutex<Sum>>,
}

/// One fault's part; taken back on drop.
#[must_use = "a storm is over when it is dropped"]
pub(super) struct Storm<'w> {
    weather: &'w Weather,
    outages: u32,
    delay: Span,
}

#[derive(Default)]
struct Sum {
    outages: u32,
    delay: Span,
}

impl Weather {
    pub(super) fn over(conditions: Conditions) -> Self {
        Self { conditions, sum: Arc::default() }
    }

    /// The cloud is down for as long as any outage lasts.
    pub(super) fn outage(&self) -> Storm<'_> {
        self.storm(1, Span::ZERO)
    }

    /// Delays add up.
    pub(super) fn delay(&self, delay: Span) -> Storm<'_> {
        self.storm(0, delay)
    }

    fn storm(&self, outages: u32, delay: Span) -> Storm<'_> {
        self.change(|sum| *sum = Sum { outages: sum.outages + outages, delay: sum.delay + delay });
        Storm { weather: self, outages, delay }
    }

    fn change(&self, change: impl FnOnce(&mut Sum)) {
        let mut sum = self.sum.lock();
        change(&mut sum);
        self.conditions.set_down(sum.outages > 0);
        self.conditions.set_extra_latency(sum.delay);
    }
}

impl Drop for Storm<'_> {
    fn drop(&mut self) {
        let Self { weather, outages, delay } = self;
        weather.change(|sum| *sum = Sum { outages: sum.outages - *outages, delay: sum.delay - *delay });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storms_that_overlap_end_one_by_one() {
        let weather = Weather::over(Conditions::default());
        let felt = || {
            let sum = weather.sum.lock();
            (sum.outages, sum.delay)
        };
        let (first, second) = (weather.outage(), weather.outage());
        let (slow, slower) = (weather.delay(Span::from_ms(10)), weather.delay(Span::from_ms(5)));
        assert_eq!(felt(), (2, Span::from_ms(15)));
        drop((first, slow));
        assert_eq!(felt(), (1, Span::from_ms(5)));
        drop((second, slower));
        assert_eq!(felt(), (0, Span::ZERO));
    }
}
