//! Figures a threshold can ask for, and where a summary holds them.

use super::Dimension;
use super::counted::{Base, Counted};
use crate::measure::series::samples_needed;
use crate::measure::{Family, Figures, Latency, Mode, Summary, Wrong};

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Latency(Family, Statistic),
    BudgetMet,
    Count(Counted),
    Rate(Counted),
    Level(LevelFigure),
    /// All misdeeds, or those of a kind.
    Misdeeds(Option<Wrong>),
}

/// What is asked of a latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    P50,
    P90,
    P95,
    P99,
    P999,
    Mean,
    Min,
    Max,
    Count,
}

/// What is asked of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LevelFigure {
    RuntimesPeak,
    RuntimesMean,
    BusyPeak,
    BusyMean,
    PortsPeak,
    RssPeak,
}

/// What was observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Observation {
    pub(super) value: f64,
    pub(super) samples: Option<u64>,
}

/// Why nothing was.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unobserved {
    pub(super) reason: String,
    pub(super) samples: Option<u64>,
    /// There were samples, or could have been, and too few for the percentile.
    pub(super) is_shortage: bool,
}

impl Unobserved {
    /// Nothing was observed, and nothing was counted.
    pub(super) fn because(reason: String) -> Self {
        Self { reason, samples: None, is_shortage: false }
    }
}

impl Metric {
    /// In what it is measured.
    pub(super) const fn dimension(self) -> Dimension {
        match self {
            Self::Latency(_, Statistic::Count) | Self::Count(_) | Self::Level(_) | Self::Misdeeds(_) => {
                Dimension::Number
            }
            Self::Latency(..) => Dimension::Time,
            Self::BudgetMet | Self::Rate(_) => Dimension::Share,
        }
    }

    /// Why nobody can have seen any, where nobody can: no misdeed that was seen is none that happened only where somebody
    /// looked.
    pub(super) fn unseen(self, summary: &Summary) -> Option<&'static str> {
        let told = matches!(self, Self::Misdeeds(_));
        // The built-in client knows its processes; what a driver's client leaves behind is told by nobody else.
        let told_of_drivers = matches!(self, Self::Count(Counted::Leaks)) && summary.client.is_some();
        if told && summary.scenario.mode == Mode::Sim {
            return Some("misdeeds are told by real runtimes: play it with `busyhour run`");
        }
        let silent = "no runtime reported what it did, so nobody knows";
        ((told || told_of_drivers) && summary.is_unwitnessed()).then_some(silent)
    }

    /// Looks it up. Nothing is observed where nothing was measured.
    pub(super) fn observe(self, figures: &Figures, measured_s: f64) -> Result<Observation, Unobserved> {
        match self {
            Self::Latency(family, statistic) => statistic.of(&figures.latency(family)),
            Self::BudgetMet => budget_met(figures),
            Self::Count(counted) => count(counted, figures),
            Self::Rate(counted) => rate(counted, figures),
            Self::Level(level) => level.of(figures, measured_s),
            Self::Misdeeds(wrong) => Ok(misdeeds(wrong, figures)),
        }
    }
}

impl Statistic {
    pub(super) const ALL: [(&'static str, Self); 9] = [
        ("p50", Self::P50),
        ("p90", Self::P90),
        ("p95", Self::P95),
        ("p99", Self::P99),
        ("p999", Self::P999),
        ("mean", Self::Mean),
        ("min", Self::Min),
        ("max", Self::Max),
        ("count", Self::Count),
    ];

    fn of(self, latency: &Latency) -> Result<Observation, Unobserved> {
        let samples = Some(latency.count);
        let value = match self {
            Self::P50 => latency.p50,
            Self::P90 => latency.p90,
            Self::P95 => latency.p95,
            Self::P99 => latency.p99,
            Self::P999 => latency.p999,
            Self::Mean => latency.mean,
            Self::Min => latency.min,
            Self::Max => latency.max,
            Self::Count => Some(latency.count as f64),
        };
        value.map(|value| Observation { value, samples }).ok_or_else(|| self.shortage(latency.count))
    }

    fn shortage(self, count: u64) -> Unobserved {
        let samples = Some(count);
        let per_mille = match self {
            Self::P50 => 500,
            Self::P90 => 900,
            Self::P95 => 950,
            Self::P99 => 990,
            Self::P999 => 999,
            Self::Mean | Self::Min | Self::Max | Self::Count => {
                return Unobserved { reason: "there were no samples".to_owned(), samples, is_shortage: false };
            }
        };
        let needed = samples_needed(per_mille);
        let reason = format!("it needs {needed} samples and there were {count}; play longer or ask for less");
        Unobserved { reason, samples, is_shortage: true }
    }
}

impl LevelFigure {
    pub(super) const NAMED: [(&'static str, Self); 6] = [
        ("runtimes.peak", Self::RuntimesPeak),
        ("runtimes.mean", Self::RuntimesMean),
        ("busy.peak", Self::BusyPeak),
        ("busy.mean", Self::BusyMean),
        ("ports.peak", Self::PortsPeak),
        ("rss_mb.peak", Self::RssPeak),
    ];

    fn of(self, figures: &Figures, measured_s: f64) -> Result<Observation, Unobserved> {
        let gauges = &figures.gauges;
        let value = match self {
            _ if measured_s <= 0.0 => {
                return Err(Unobserved::because("no time was measured".to_owned()));
            }
            Self::RuntimesPeak => Some(f64::from(gauges.runtimes.peak)),
            Self::RuntimesMean => Some(gauges.runtimes.mean),
            Self::BusyPeak => Some(f64::from(gauges.busy.peak)),
            Self::BusyMean => Some(gauges.busy.mean),
            Self::PortsPeak => Some(f64::from(gauges.ports.peak)),
            Self::RssPeak => gauges.rss_mb.map(|rss| rss.peak),
        };
        value
            .map(|value| Observation { value, samples: None })
            .ok_or_else(|| Unobserved::because("memory was not measured".to_owned()))
    }
}

fn misdeeds(wrong: Option<Wrong>, figures: &Figures) -> Observation {
    let meant = figures.misdeeds.iter().filter(|(seen, _)| wrong.is_none_or(|wrong| wrong == **seen));
    Observation { value: meant.map(|(_, times)| *times).sum::<u64>() as f64, samples: None }
}

fn budget_met(figures: &Figures) -> Result<Observation, Unobserved> {
    let samples = Some(figures.budget.met + figures.budget.missed);
    figures.budget.share.map(|value| Observation { value, samples }).ok_or_else(|| nothing_of(Base::Recalls))
}

fn count(counted: Counted, figures: &Figures) -> Result<Observation, Unobserved> {
    let value = counted.count(&figures.counts) as f64;
    let Some(base) = counted.base() else { return Ok(Observation { value, samples: None }) };
    let samples = base.count(&figures.counts);
    if samples == 0 && value == 0.0 { Err(nothing_of(base)) } else { Ok(Observation { value, samples: Some(samples) }) }
}

fn rate(counted: Counted, figures: &Figures) -> Result<Observation, Unobserved> {
    let base = counted.base().expect("the catalogue offers rates only of what is counted among something");
    let samples = base.count(&figures.counts);
    if samples == 0 {
        return Err(nothing_of(base));
    }
    Ok(Observation { value: counted.count(&figures.counts) as f64 / samples as f64, samples: Some(samples) })
}

fn nothing_of(base: Base) -> Unobserved {
    Unobserved { samples: Some(0), ..Unobserved::because(base.absence().to_owned()) }
}
