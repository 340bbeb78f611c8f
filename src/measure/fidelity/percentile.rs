//! Percentiles.
//!
//! Two samples of one law differ. By the binomial, the q-th percentile of n samples is the true quantile of a share
//! within z·√(q(1−q)/n) of q; with two samples the variances add. So the simulation's percentile is held against the
//! run's quantiles of q minus and plus that much, at z = 2.5 (some forty figures are compared, and a false alarm
//! shall be rare), whatever the law, and then the tolerance is added on either side.

use super::{Both, Compared, Tolerance};
use crate::measure::{Family, Latency};

/// Every percentile both know, of every family but the lag, which virtual time does not have.
pub(super) fn latencies(both: Both<'_>, tolerance: Tolerance) -> Vec<Compared> {
    let families = Family::ALL.into_iter().filter(|family| *family != Family::Lag);
    families.flat_map(|family| family_percentiles(both, family, tolerance)).collect()
}

fn family_percentiles(both: Both<'_>, family: Family, tolerance: Tolerance) -> Vec<Compared> {
    let (run, sim) = (both.run.total.latency(family), both.sim.total.latency(family));
    let both_know = |(name, share, of): Percentile| {
        let (run_ms, sim_ms) = (of(&run)?, of(&sim)?);
        let error = sampling(share, run.count, sim.count);
        let quantile = |share| both.samples.quantile(family, share).map_or(run_ms, crate::base::Span::ms_f64);
        let [least, most] = [quantile(share - error).min(run_ms), quantile(share + error).max(run_ms)];
        let allowed = [(least - tolerance.of_ms(run_ms)).max(0.0), most + tolerance.of_ms(run_ms)];
        let compared = Compared::judged(format!("{}.{name}", family.name()), run_ms, sim_ms, allowed);
        Some(if family == Family::DrainClose { compared.not_judged(AT_THE_END) } else { compared })
    };
    PERCENTILES.into_iter().filter_map(both_know).collect()
}

/// By how much a share counted among so many may differ from one counted among so many others.
pub(super) fn sampling(share: f64, run: u64, sim: u64) -> f64 {
    let parts = 1.0 / run.max(1) as f64 + 1.0 / sim.max(1) as f64;
    Z * libm::sqrt(share * (1.0 - share) * parts)
}

/// A percentile: its name, its share, and where it stands.
type Percentile = (&'static str, f64, fn(&Latency) -> Option<f64>);

const PERCENTILES: [Percentile; 4] = [
    ("p50", 0.5, |latency| latency.p50),
    ("p90", 0.9, |latency| latency.p90),
    ("p95", 0.95, |latency| latency.p95),
    ("p99", 0.99, |latency| latency.p99),
];
const Z: f64 = 2.5;
const AT_THE_END: &str = "all runtimes go at once";
