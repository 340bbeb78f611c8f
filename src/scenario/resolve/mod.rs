//! What was typed to what it means, in one step: defaults filled in, names resolved, numbers checked.
//!
//! Nothing stops at the first problem. Where a value means nothing, its problem is noted, a stand-in goes on in its
//! place, and the scenario is thrown away in the end.

mod arrivals;
mod expectation;
mod fault;
pub(super) mod histogram;
mod law;
mod number;
mod settings;
mod tenant;
mod text;
mod trace;

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::problem::{Problem, Problems};
use super::typed::{Document, LONGEST, Place, Placed};
use super::{Scenario, Tenant};
use crate::base::Span;
use crate::measure::ThresholdError;
use crate::records::Records;
use crate::workload::{TenantTraffic, Traffic};

/// Where a scenario was read from.
pub(super) struct Source {
    /// The file.
    pub(super) file: PathBuf,
    /// Of its text, in hexadecimal.
    pub(super) sha256: String,
    /// Its text.
    pub(super) text: Arc<str>,
}

/// The meaning of a document, or everything that is wrong with it.
pub(super) fn scenario(document: &Document, source: Source) -> Result<Scenario, Vec<Problem>> {
    let mut resolver =
        Resolver { folder: source.file.parent().unwrap_or(&source.file).to_owned(), ..Resolver::default() };
    let seed = document.seed.as_ref().map_or(1, |seed| resolver.integer(seed, "a seed", 0..=i64::MAX).cast_unsigned());
    resolver.clock = resolver.clock(document);
    let (tenants, tenant_traffic) = resolver.tenants(document);
    let (hosts, cores) = resolver.host(&document.host);
    let phases = resolver.phases(&document.phase);
    let scenario = Scenario {
        name: resolver.scenario_name(&document.name),
        about: document.about.clone(),
        file: source.file,
        sha256: source.sha256,
        text: source.text,
        seed,
        duration: resolver.clock.duration,
        grace: resolver.clock.grace,
        warm_up: resolver.clock.warm_up,
        budget: resolver.clock.budget,
        pool: resolver.pool(&document.pool, document.name.place.clone()),
        profile: resolver.rules(&document.pool),
        profile_place: document.pool.profile.as_ref().map_or(&document.name.place, |profile| &profile.place).clone(),
        runtime: resolver.runtime(&document.runtime, seed, document.name.place.clone()),
        cloud: resolver.cloud(&document.cloud),
        on_refusal: resolver.refusal(&document.on_refusal),
        client: resolver.client(&document.client),
        hosts,
        cores,
        faults: resolver.faults(&document.fault, &tenants),
        traffic: Traffic { seed, duration: resolver.clock.duration, tenants: tenant_traffic },
        thresholds: resolver.thresholds(&document.thresholds, &tenants, &phases),
        phases,
        tenants,
    };
    resolver.problems.into_result().map(|()| scenario)
}

/// What resolving needs to know, and the problems found so far.
#[derive(Default)]
struct Resolver {
    /// Where files named in the scenario are looked for.
    folder: PathBuf,
    clock: Clock,
    /// Call records that were read, each file once.
    records: Vec<(PathBuf, Rc<Records>)>,
    problems: Problems,
}

/// The times of a scenario.
#[derive(Clone, Copy, Default)]
struct Clock {
    duration: Span,
    grace: Span,
    warm_up: Span,
    budget: Span,
}

impl Resolver {
    fn clock(&mut self, document: &Document) -> Clock {
        let clock = Clock {
            duration: self.positive(&document.duration, "the window in which calls ring"),
            grace: document.grace.as_ref().map_or(Span::from_secs(30), |grace| self.span(grace)),
            warm_up: document.warm_up.as_ref().map_or(Span::ZERO, |warm_up| self.span(warm_up)),
            budget: document
                .budget
                .as_ref()
                .map_or(Span::from_ms(250), |budget| self.positive(budget, "the recall budget")),
        };
        if let Some(warm_up) = &document.warm_up
            && clock.warm_up >= clock.duration
        {
            let message = format!("the warm-up ({}) leaves nothing of the window ({})", warm_up.text, clock.duration);
            self.problems.add(&warm_up.place, message, "make the warm-up shorter than the duration");
        }
        let lasts = clock.duration + clock.grace;
        if lasts > LONGEST {
            let message = format!("this would last {lasts}, more than a hundred years");
            self.problems.add(&document.duration.place, message, "shorten `duration` or `grace`");
        }
        clock
    }

    /// Tenants and their traffic, in the order of the file.
    fn tenants(&mut self, document: &Document) -> (Vec<Tenant>, Vec<TenantTraffic>) {
        if document.tenant.is_empty() {
            let help = "add a `[[tenant]]` table with a name and arrivals";
            self.problems.add(&document.name.place, "the scenario has no tenants, so nobody would call", help);
        }
        if document.tenant.len() > MOST_TENANTS {
            let message = format!("{} tenants are more than {MOST_TENANTS}", document.tenant.len());
            self.problems.add(&document.name.place, message, "split the scenario into several");
            return (Vec::new(), Vec::new());
        }
        let resolved = document.tenant.iter().map(|tenant| self.tenant(tenant)).unzip();
        self.distinct(
            document.tenant.iter().map(|tenant| &tenant.name),
            "tenant",
            "give each tenant a name of its own",
        );
        let projects = document.tenant.iter().filter_map(|tenant| tenant.project.as_ref());
        self.distinct(projects, "project", "give each tenant a project of its own: tenants share no memory");
        resolved
    }

    /// Complains about parameters that mean nothing to what was chosen. `takes` lists those that do.
    fn superfluous(&mut self, given: Vec<(&'static str, Place)>, what: &str, takes: &[&str]) {
        for (key, place) in given.into_iter().filter(|(key, _)| !takes.contains(key)) {
            let help = if takes.is_empty() { "leave it out".to_owned() } else { format!("it takes {}", listed(takes)) };
            self.problems.add(&place, format!("`{key}` means nothing to {what}"), help);
        }
    }

    /// The value of a parameter that `what` cannot do without.
    fn needed<'t, T>(&mut self, given: Option<&'t T>, key: &str, what: &str, place: &Place) -> Option<&'t T> {
        if given.is_none() {
            self.problems.add(place, format!("{what} need `{key}`"), format!("add `{key} = …`"));
        }
        given
    }
}

/// Where in the file an error in an expression stands. Where escapes make the typed text differ from what it means,
/// the whole expression.
fn within(written: &Placed<String>, error: &ThresholdError) -> Place {
    if written.place.len() != written.value.len() + 2 {
        return written.place.clone();
    }
    let start = written.place.start + 1 + error.offset;
    start..start + error.length
}

/// `a`, `b` and `c`.
pub(super) fn listed(keys: &[&str]) -> String {
    match keys {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., last] => format!("`{}` and `{last}`", first.join("`, `")),
    }
}

/// Tenants are numbered by 16 bits; the rest is margin.
const MOST_TENANTS: usize = 10_000;
