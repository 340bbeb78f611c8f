//! The end of a simulation: what it comes to.

use super::by_design::ByDesign;
use super::crowd::Crowd;
use super::engine::Simulation;
use super::world::World;
use crate::base::{TenantIndex, Time};
use crate::measure::{Aborted, Breach, Ending, Harness, Mode, Recorder, Summary, TenantEnding, Tool};
use crate::pool::Profile;
use crate::scenario::Scenario;

/// What only the engine knows of all tenants, or of some.
struct Facts {
    /// When the last call ended.
    ended: Time,
    tenants: Vec<TenantEnding>,
    /// The threshold that ended it early.
    aborted: Option<Aborted>,
    violations: Vec<Breach>,
    /// What pools broke by design.
    by_design: ByDesign,
}

/// The summary, without a host: whoever prints it knows where.
pub(super) fn sum_up<const EVERYDAY: bool>(mut simulation: Simulation<'_, EVERYDAY>) -> Summary {
    let facts = Facts::of(&mut simulation);
    let World { scenario, recorder, on_line, .. } = simulation.world;
    summary(&scenario, recorder, on_line, facts)
}

/// The summary of all parts, each with the places of its tenants; `recorder` knows the levels of all together.
pub(super) fn sum_up_all<const EVERYDAY: bool>(
    scenario: &Scenario,
    mut recorder: Recorder,
    crowd: Crowd,
    parts: Vec<(Simulation<'static, EVERYDAY>, Vec<usize>)>,
) -> Summary {
    let broken = parts.iter().any(|(part, _)| part.world.broken);
    let worlds = parts.iter().map(|(part, _)| &part.world).filter(|world| world.broken == broken);
    let ends = worlds.map(|world| world.ended.unwrap_or(world.now));
    let mut all = Facts {
        ended: if broken { ends.min() } else { ends.max() }.expect("there are parts"),
        tenants: vec![TenantEnding::default(); scenario.tenants.len()],
        aborted: None,
        violations: Vec::new(),
        by_design: ByDesign::default(),
    };
    let parts = parts.into_iter().map(|(mut part, tenants)| {
        let facts = Facts::of(&mut part);
        tenants.iter().zip(facts.tenants).for_each(|(tenant, ending)| all.tenants[*tenant] = ending);
        all.violations.extend(facts.violations.into_iter().map(|breach| among_all(breach, &tenants)));
        all.by_design.absorb(facts.by_design.told(|breach| among_all(breach, &tenants)));
        (part.world.recorder, tenants)
    });
    recorder.join(parts);
    all.violations.sort_by_key(|breach| (breach.at, breach.tenant));
    summary(scenario, recorder, crowd, all)
}

/// A breach with the tenant's place among all.
fn among_all(breach: Breach, tenants: &[usize]) -> Breach {
    let place = |tenant: TenantIndex| {
        TenantIndex(u16::try_from(tenants[tenant.index()]).expect("places among all tenants are tenant indexes"))
    };
    Breach { tenant: breach.tenant.map(place), ..breach }
}

impl Facts {
    /// In virtual time every acknowledged save arrives.
    fn of<const EVERYDAY: bool>(simulation: &mut Simulation<'_, EVERYDAY>) -> Self {
        let Simulation { world, desks, .. } = simulation;
        let mut tenants = vec![TenantEnding::default(); world.tenants.len()];
        let mut by_design = ByDesign::default();
        for desk in &mut *desks {
            tenants[desk.tenant.index()].delivered += desk.acknowledged;
            if let Some(broken) = desk.books.by_design.take() {
                by_design.absorb(broken);
                tenants[desk.tenant.index()].leaks += u64::from(desk.books.existing());
            }
        }
        Self {
            ended: world.ended.unwrap_or(world.now),
            tenants,
            by_design,
            aborted: world.aborted.take(),
            violations: desks.iter_mut().filter_map(|desk| desk.books.breach.take()).collect(),
        }
    }
}

fn summary(scenario: &Scenario, recorder: Recorder, crowd: Crowd, facts: Facts) -> Summary {
    recorder.finish(Ending {
        ended: facts.ended,
        start: None,
        tool: Tool::this(),
        scenario: scenario.identity(Mode::Sim),
        host: None,
        client: None,
        tenants: facts.tenants,
        stray_leaks: 0,
        rss_peak_bytes: None,
        aborted: facts.aborted,
        violations: facts.violations,
        profile: (scenario.profile != Profile::Builtin).then(|| facts.by_design.ending(scenario.profile)),
        misdeeds: Vec::new(),
        harness: Harness { in_flight_peak: crowd.peak().into(), ..Harness::default() },
    })
}
