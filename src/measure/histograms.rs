//! The samples behind a summary's percentiles, all tenants together, for whoever wants more than those percentiles.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::series::Series;
use super::{Family, Recorder};
use crate::base::Span;

/// What was measured of each family that has samples, in nanoseconds; warm-up left out. As fine as the percentiles of a
/// summary that come from many samples: 0.1 % and 512 ns.
#[derive(Clone, Debug, Default)]
pub struct Histograms(BTreeMap<Family, Histogram<u64>>);

impl Recorder {
    /// The samples so far.
    pub fn histograms(&mut self) -> Histograms {
        let budget = self.settings.budget;
        self.tallies.iter_mut().for_each(|tally| tally.latencies.settle(budget));
        let all_of = |family| {
            let mut all = Series::<u64>::default();
            self.tallies.iter().for_each(|tally| all.absorb(tally.latencies.of(family)));
            Some((family, all.histogram()?))
        };
        Histograms(Family::ALL.into_iter().filter_map(all_of).collect())
    }
}

impl Histograms {
    /// Each family with its samples, in the order of reports.
    pub fn iter(&self) -> impl Iterator<Item = (Family, &Histogram<u64>)> {
        self.0.iter().map(|(family, histogram)| (*family, histogram))
    }

    /// The value below which so large a share of the samples lies, and no less than the first nor more than the last.
    pub fn quantile(&self, family: Family, share: f64) -> Option<Span> {
        Some(Span::from_ns(self.0.get(&family)?.value_at_quantile(share.clamp(0.0, 1.0))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Event;
    use crate::measure::fixture::{at, recall, recorder};

    #[test]
    fn samples_of_all_tenants_are_in_it_and_those_of_the_warm_up_are_not() {
        let mut recorder = recorder(&["acme", "bank"], &[]);
        for (tenant, second, ms) in [(0, 20, 10), (1, 21, 30), (1, 22, 20), (0, 5, 900)] {
            recorder.observe(&Event::Recalled(recall(tenant, at(second), Span::from_ms(ms))));
        }
        let histograms = recorder.histograms();
        let ms = |share| histograms.quantile(Family::Recall, share).map(|span| span.ms_f64().round());
        assert_eq!([-1.0, 0.5, 2.0].map(ms), [Some(10.0), Some(20.0), Some(30.0)]);
        assert_eq!(histograms.quantile(Family::BootCold, 0.5), None);
        assert_eq!(
            histograms.iter().map(|(family, _)| family).collect::<Vec<_>>(),
            [Family::Recall, Family::Search, Family::AdmissionReuse, Family::Lag]
        );
    }
}
