//! The answer: what to set, why, and how far it carries.

use schemars::JsonSchema;
use serde::Serialize;

use super::bounds::{Bounds, Limits};
use super::cliff::Cliff;
use super::cross_check::CrossCheck;
use super::heat::Heat;
use super::judge::{Effort, Judge, Judgement, Shortfall};
use super::lever::Lever;
use super::margin::Margin;
use super::search::{Point, Search};
use super::ttl::{LongerTtl, ShorterTtl};
use super::variations::{Outcome, Payoff, payoffs, vary};
use super::workers::{FewestWorkers, Workers};
use crate::measure::{Replications, ScenarioIdentity};
use crate::scenario::{Change, Scenario};

/// What to set, why, and how far it carries.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Plan {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What was played; its seed is the first.
    pub scenario: ScenarioIdentity,
    /// Recall budget of a turn in milliseconds.
    pub budget_ms: f64,
    /// What is good enough: the scenario's thresholds, as written.
    pub thresholds: Vec<String>,
    /// What to set.
    pub advice: Advice,
    /// Caps that were played, ascending, and what came of them.
    pub curve: Vec<Point>,
    /// Where the curve falls off, if it does.
    pub cliff: Option<Cliff>,
    /// What stack distances say of caps and idle TTLs.
    pub surface: Heat,
    /// How large a cap can be.
    pub bounds: Bounds,
    /// Larger caps that surely break a threshold: then more is not better.
    pub worse_above: Vec<u32>,
    /// What theory says.
    pub cross_check: Vec<CrossCheck>,
    /// Whatever was asked to be varied: a row each.
    pub variations: Vec<Outcome>,
    /// Which lever pays: what each one that was varied brings, the best first.
    pub payoffs: Vec<Payoff>,
}

/// What to set.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Advice {
    /// These settings carry the traffic.
    Take {
        /// `max_concurrent_users`: the smallest of which every threshold holds with confidence.
        cap: u32,
        /// First and last port of `runtime_port_range`, enough for the fullest host.
        ports: (u16, u16),
        /// `runtime_idle_ttl` in seconds, as in the scenario.
        idle_ttl_s: f64,
        /// A shorter one of which every threshold holds as well, with the runtimes that exist on average then.
        shorter_ttl: Option<ShorterTtl>,
        /// The fewest workers that will do; absent where no tenant has several.
        workers: Option<FewestWorkers>,
        /// Bytes that the runtimes of the fullest host take where all exist; absent where their size is not known.
        memory_bytes: Option<u64>,
        /// Plays that stand behind it.
        plays: u64,
        /// Whether the same calls were offered to a loss system of as many slots, too, whose share of refusals is known (Erlang
        /// B): then what was luck in the plays was taken off.
        beside_loss_system: bool,
        /// What one slot less breaks, or leaves undecided. Empty where there is no less.
        one_less: Vec<Shortfall>,
        /// How much more traffic it carries.
        margin: Margin,
    },
    /// Nothing that is allowed carries it.
    Impossible {
        /// What stands in the way.
        binding: Binding,
        /// The largest cap that was tried.
        largest: u32,
        /// What does not hold there.
        shortfalls: Vec<Shortfall>,
        /// The cap that would do if nothing stood in the way.
        needed: Option<u32>,
        /// The memory it would take on the fullest host, in bytes, where a runtime's size is known.
        needed_bytes: Option<u64>,
        /// More workers, on the scenario's own hosts, that would do; absent where none would.
        workers: Option<FewestWorkers>,
        /// A longer `runtime_idle_ttl` that would do; absent where none would.
        longer_ttl: Option<LongerTtl>,
    },
}

/// What stands in the way of a larger cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binding {
    /// The memory of a host.
    Memory,
    /// The ports of a host.
    Ports,
    /// Nothing: with that many slots nobody was evicted or refused, and still a threshold does not hold.
    NotTheCap,
}

impl Plan {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.plan/1";

    /// The JSON Schema, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }
}

/// Plans the scenario within the limits; tells `played` of every play.
///
/// # Panics
/// Where the scenario has no thresholds: nothing would be too little.
pub fn plan(
    scenario: &Scenario,
    limits: &Limits,
    effort: Effort,
    levers: &[Lever],
    played: &mut dyn FnMut(u64),
) -> Plan {
    assert!(!scenario.thresholds.is_empty(), "a plan needs to know what is good enough");
    let mut judge = Judge::new(effort, played);
    let bounds = Bounds::of(scenario, limits);
    let (useful, identity) = useful(scenario, &bounds, &mut judge);
    let mut search = Search::new(scenario, &mut judge);
    let chosen = search.smallest(useful.min(bounds.largest()).max(1)).filter(|cap| *cap <= bounds.largest());
    if let Some(cap) = chosen {
        search.look_around(cap, useful.max(cap));
    }
    let worse_above = chosen.map(|cap| search.worse_above(cap)).unwrap_or_default();
    let settled = match chosen {
        Some(cap) => Settled::of(cap, &mut search),
        None => Settled::Impossible(Obstacle::of(scenario, useful, &bounds, &mut search)),
    };
    let curve = search.curve();
    let workers = Workers { scenario, limits, judge: &mut judge }.fewest(chosen);
    let advice = settled.advice(scenario, limits, workers, &mut judge);
    let variations = vary(scenario, limits, levers, &mut judge);
    let cap = chosen.unwrap_or_else(|| useful.min(bounds.largest()).max(1));
    Plan {
        schema: Plan::SCHEMA.to_owned(),
        scenario: identity,
        budget_ms: scenario.budget.ms_f64(),
        thresholds: scenario.thresholds.iter().map(|threshold| threshold.expression().to_owned()).collect(),
        advice,
        cliff: Cliff::of(&curve),
        surface: Heat::of(scenario, &[scenario.pool.max_concurrent_users, cap]),
        curve,
        bounds,
        worse_above,
        cross_check: CrossCheck::of(&scenario.changed(&[Change::Cap(cap)])),
        payoffs: payoffs(levers, &variations),
        variations,
    }
}

/// So many slots that nobody needs more, and what was played to see that.
pub(super) fn useful(scenario: &Scenario, bounds: &Bounds, judge: &mut Judge<'_>) -> (u32, ScenarioIdentity) {
    let (_, plays) = judge.scout(&scenario.changed(&[Change::Cap(bounds.by_ports.max(1))]));
    let peak = plays.figures.get("runtimes.peak").and_then(|peak| peak.max).unwrap_or(1.0);
    // Other seeds may want a few more.
    let useful = (1.25 * peak).ceil().clamp(1.0, f64::from(bounds.by_ports.max(1)));
    (whole(useful), plays.scenario)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cap, clamped to those there are")]
fn whole(cap: f64) -> u32 {
    cap as u32
}

/// What the search has settled, before the rest is looked at.
enum Settled {
    Take { cap: u32, judgement: Box<Judgement>, one_less: Vec<Shortfall> },
    Impossible(Obstacle),
}

impl Settled {
    fn of(cap: u32, search: &mut Search<'_, '_, '_>) -> Self {
        let one_less = if cap > 1 { search.judgement(cap - 1).shortfalls.clone() } else { Vec::new() };
        Self::Take { cap, judgement: Box::new(search.judgement(cap).clone()), one_less }
    }

    fn advice(
        self,
        scenario: &Scenario,
        limits: &Limits,
        workers: Option<FewestWorkers>,
        judge: &mut Judge<'_>,
    ) -> Advice {
        let (cap, judgement, one_less) = match self {
            Self::Impossible(obstacle) => {
                return obstacle.advice(workers, LongerTtl::of(scenario, limits, judge));
            }
            Self::Take { cap, judgement, one_less } => (cap, judgement, one_less),
        };
        let chosen = scenario.changed(&[Change::Cap(cap)]);
        Advice::Take {
            cap,
            ports: chosen.pool.runtime_port_range.clone().into_inner(),
            idle_ttl_s: chosen.pool.runtime_idle_ttl.secs_f64(),
            shorter_ttl: ShorterTtl::of(&chosen, runtimes(&judgement.replications), judge),
            workers,
            memory_bytes: memory(&chosen, cap),
            plays: judgement.replications.replications,
            beside_loss_system: judgement.beside_loss_system,
            one_less,
            margin: Margin::of(&chosen, judge),
        }
    }
}

/// Runtimes that exist, on average.
pub(super) fn runtimes(replications: &Replications) -> f64 {
    replications.figures.get("runtimes.mean").and_then(|mean| mean.mean).unwrap_or(0.0)
}

/// The scenario with that change, and the largest cap that is allowed and of use then; 0 where none is allowed.
pub(super) fn with_largest(
    scenario: &Scenario,
    change: Change,
    limits: &Limits,
    judge: &mut Judge<'_>,
) -> (Scenario, u32) {
    let scenario = scenario.changed(&[change]);
    let bounds = Bounds::of(&scenario, limits);
    let largest = if bounds.largest() == 0 { 0 } else { useful(&scenario, &bounds, judge).0.min(bounds.largest()) };
    (scenario, largest)
}

/// Why nothing that is allowed carries it.
struct Obstacle {
    binding: Binding,
    largest: u32,
    shortfalls: Vec<Shortfall>,
    needed: Option<(u32, Option<u64>)>,
}

impl Obstacle {
    fn of(scenario: &Scenario, useful: u32, bounds: &Bounds, search: &mut Search<'_, '_, '_>) -> Self {
        let largest = useful.min(bounds.largest());
        let binding = match bounds.by_memory {
            _ if largest == useful => Binding::NotTheCap,
            Some(memory) if memory < bounds.by_ports => Binding::Memory,
            _ => Binding::Ports,
        };
        let shortfalls = if largest > 0 { search.judgement(largest).shortfalls.clone() } else { Vec::new() };
        let needed = if binding == Binding::Memory { search.smallest(useful) } else { None };
        Self { binding, largest, shortfalls, needed: needed.map(|cap| (cap, memory(scenario, cap))) }
    }

    fn advice(self, workers: Option<FewestWorkers>, longer_ttl: Option<LongerTtl>) -> Advice {
        let Self { binding, largest, shortfalls, needed } = self;
        let (needed, bytes) = needed.unzip();
        Advice::Impossible { binding, largest, shortfalls, needed, needed_bytes: bytes.flatten(), workers, longer_ttl }
    }
}

/// Bytes that the runtimes of the fullest host take where all exist.
pub(super) fn memory(scenario: &Scenario, cap: u32) -> Option<u64> {
    let rss = scenario.runtime.behaviour.ballast_bytes;
    (rss > 0).then(|| scenario.workers_on_a_host() * u64::from(cap) * rss)
}
