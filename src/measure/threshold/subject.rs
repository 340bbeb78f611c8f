//! Whose figure, and of which time.

use super::metric::{Metric, Unobserved};
use super::{Dimension, Figures, Summary};

/// Whose figure, and of which time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Subject {
    /// Of a part of the run only.
    pub(super) phase: Option<String>,
    pub(super) whose: Whose,
}

/// Whose figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Whose {
    /// Of all together.
    Everybody(Metric),
    /// A tenant's. Names may hold dots, so there may be several ways to tell the name from the metric; the longest
    /// name that is a tenant's counts, and they stand in that order. At least one.
    Tenant(Vec<Reading>),
}

/// One way to read `tenant.NAME.metric`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) tenant: String,
    pub(super) metric: Metric,
}

/// A figure that is told from all others: the tenant's, or of all together.
pub(super) type Chosen<'s> = (Option<&'s str>, Metric);

impl Subject {
    pub(super) fn phase(&self) -> Option<&str> {
        self.phase.as_deref()
    }

    /// All readings end in the same statistic, so that the first speaks for all.
    pub(super) fn metric(&self) -> Metric {
        match &self.whose {
            Whose::Everybody(metric) => *metric,
            Whose::Tenant(readings) => readings[0].metric,
        }
    }

    pub(super) fn dimension(&self) -> Dimension {
        self.metric().dimension()
    }

    /// The first reading that speaks of a tenant who is there; where none does, the name that was most probably meant.
    pub(super) fn choose(&self, is_tenant: impl Fn(&str) -> bool) -> Result<Chosen<'_>, &str> {
        match &self.whose {
            Whose::Everybody(metric) => Ok((None, *metric)),
            Whose::Tenant(readings) => readings
                .iter()
                .find(|reading| is_tenant(&reading.tenant))
                .map(|reading| (Some(reading.tenant.as_str()), reading.metric))
                // The one with the longest metric.
                .ok_or_else(|| readings.last().expect("a tenant's figure has at least one reading").tenant.as_str()),
        }
    }

    /// Where a summary has it, and over how many seconds it was measured.
    pub(super) fn within<'s>(&self, summary: &'s Summary) -> Result<(&'s Figures, Metric, f64), Unobserved> {
        let (total, tenants, measured_s) = match &self.phase {
            None => (&summary.total, &summary.tenants, summary.window.measured_s),
            Some(name) => {
                let phase = summary.phases.get(name).ok_or_else(|| no_such("phase", name))?;
                (&phase.total, &phase.tenants, phase.measured_s)
            }
        };
        let (tenant, metric) =
            self.choose(|name| tenants.contains_key(name)).map_err(|name| no_such("tenant", name))?;
        let figures = tenant.map_or(total, |name| &tenants[name]);
        Ok((figures, metric, measured_s))
    }
}

pub(super) fn no_such(noun: &str, name: &str) -> Unobserved {
    Unobserved::because(format!("there is no {noun} `{name}` in this run"))
}
