//! A tenant: who it is, and the traffic it makes.

use super::Resolver;
use crate::base::{Distribution, Span};
use crate::scenario::Tenant;
use crate::scenario::typed::{self, ArrivalModel, Place, Placed};
use crate::workload::{Arrivals, CallLength, Population, TenantTraffic};

impl Resolver {
    /// What a tenant is, and what it does.
    pub(super) fn tenant(&mut self, typed: &typed::Tenant) -> (Tenant, TenantTraffic) {
        let name = self.identifier(&typed.name, "the tenant's name");
        let workers = self.count(typed.workers.as_ref(), "the number of workers", 1, (1, 10_000));
        let (project, agents) = self.identity(typed, workers);
        let (length, turn_gap) = self.call(typed);
        let arrivals = self.arrivals(&typed.arrivals, &name);
        let traffic = TenantTraffic {
            name: name.clone(),
            workers,
            route: typed.route,
            callers: self.population(typed, &arrivals),
            arrivals,
            length,
            turn_gap,
            reply: self.law_or(typed.reply.as_ref(), Distribution::lognormal_median(Span::from_ms(900).ns(), 0.4)),
        };
        (Tenant { name, project, agents, lease: typed.lease }, traffic)
    }

    /// Project and agents: both, or neither where the tenant is onboarded.
    fn identity(&mut self, typed: &typed::Tenant, workers: u16) -> (Option<String>, Vec<String>) {
        let help = "write both, or leave both out to have the tenant onboarded through the partner API";
        match (&typed.project, &typed.agents) {
            (Some(project), None) => self.problems.add(&project.place, "a project without agents", help),
            (None, Some(agents)) => self.problems.add(&agents.place, "agents without a project", help),
            (Some(_), Some(agents)) => self.agents(agents, workers),
            (None, None) => {}
        }
        let project = typed.project.as_ref().map(|project| self.identifier(project, "the project id"));
        let agents = typed.agents.iter().flat_map(|agents| &agents.value);
        (project, agents.map(|agent| self.identifier(agent, "an agent id")).collect())
    }

    fn agents(&mut self, typed: &Placed<Vec<Placed<String>>>, workers: u16) {
        let count = typed.value.len();
        if count == 0 {
            self.problems.add(&typed.place, "a project without agents", "name at least one agent");
        }
        if count > usize::from(workers) {
            let message = format!("{count} agents are more than the workers ({workers}): a worker runs one agent");
            self.problems.add(&typed.place, message, format!("name fewer agents, or write `workers = {count}`"));
        }
        self.distinct(typed.value.iter(), "agent", "name each agent once");
    }

    fn population(&mut self, typed: &typed::Tenant, arrivals: &Arrivals) -> Population {
        let model = typed.arrivals.value.model.value;
        if let Arrivals::Trace(trace) = arrivals {
            self.no_callers(
                typed,
                "call records have callers of their own",
                "leave `callers` out: they are in the file",
            );
            let new_share = if trace.known() == 0 { 1.0 } else { trace.share_of_unknown() };
            return Population { size: trace.known(), zipf: 0.0, new_share };
        }
        let Some(Placed { value: callers, .. }) = &typed.callers else {
            return Population { size: 1000, zipf: 0.75, new_share: 0.0 };
        };
        if model == ArrivalModel::Closed {
            let help = "leave `callers` out: the same people call again and again, as many as `arrivals.callers`";
            self.no_callers(typed, "closed arrivals have callers of their own", help);
        }
        let population = Population {
            size: self.count(Some(&callers.population), "a population", 0, (0, LARGEST_POPULATION)),
            zipf: callers
                .popularity
                .as_ref()
                .map_or(0.0, |popularity| self.real(&popularity.zipf, "a Zipf slope", 0.0..=STEEPEST_SLOPE)),
            new_share: callers.new.as_ref().and_then(|new| self.quantity(new)).unwrap_or(0.0),
        };
        Population { new_share: if population.size == 0 { 1.0 } else { population.new_share }, ..population }
    }

    /// Complains about callers where the arrivals bring theirs along.
    fn no_callers(&mut self, typed: &typed::Tenant, message: &str, help: &str) {
        if let Some(Placed { place, .. }) = &typed.callers {
            self.problems.add(place, message, help);
        }
    }

    /// How long calls last, and how far apart their turns are.
    fn call(&mut self, typed: &typed::Tenant) -> (CallLength, Distribution) {
        let length = match &typed.call {
            None => CallLength::Lasting(
                Distribution::lognormal_mean(Span::from_secs(190).ns(), 1.2).expect("the default is a law"),
            ),
            Some(Placed { value: call, place }) => self.length(call, place),
        };
        let default = Distribution::lognormal_mean(Span::from_ms(7500).ns(), 0.5);
        let turn_gap = self.law_or(typed.turn_gap.as_ref(), default);
        if let Some(gap) = &typed.turn_gap
            && matches!(length, CallLength::Lasting(_))
            && turn_gap.mean_ns() < SHORTEST_GAP.ns() as f64
        {
            let message = format!("turns less than {SHORTEST_GAP} apart would never let a call end");
            self.problems.add(&gap.place, message, "write a longer gap, or say `call = { turns = … }`");
        }
        (length, turn_gap)
    }

    fn length(&mut self, call: &typed::Call, place: &Place) -> CallLength {
        match (&call.length, &call.turns) {
            (Some(length), None) => CallLength::Lasting(self.law(length)),
            (None, Some(turns)) => {
                CallLength::Turns(self.count(Some(turns), "the turns of a call", 1, (1, MOST_TURNS)))
            }
            (given, _) => {
                let both = given.is_some();
                let message = if both { "a call has a length or turns, not both" } else { "a call needs a length" };
                self.problems.add(place, message, "write `{ length = \"190s\" }` or `{ turns = 5 }`");
                CallLength::Turns(1)
            }
        }
    }
}

/// A popularity table takes 12 bytes a caller.
const LARGEST_POPULATION: u32 = 10_000_000;
/// Beyond it, one caller makes practically all calls.
const STEEPEST_SLOPE: f64 = 10.0;
const MOST_TURNS: u32 = 1_000_000;
const SHORTEST_GAP: Span = Span::from_ms(1);
