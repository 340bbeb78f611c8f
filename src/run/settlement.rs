//! After the last call: what was seen, what arrived, what is left.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use mock_runtime::wire::cloud::CloudEvent;

use super::clock::Clock;
use super::driver::{Driver, Trouble};
use super::host::this_host;
use super::options::Options;
use super::performance::Performance;
use super::played::Played;
use super::score::AckedSave;
use super::stage::Stage;
use super::vitals::{Drift, Processors};
use super::witness::Testimony;
use crate::base::{CallerIndex, TenantIndex, Time};
use crate::cloud::Ledger;
use crate::measure::chronicle::Chronicler;
use crate::measure::{Aborted, Breach, ClientUnderTest, Ending, Harness, Law, Mode, TenantEnding, Tool};
use crate::workload::speech;

/// What is known when the curtain rises.
pub(super) struct Beginning {
    start: String,
    processors: Processors,
}

/// What is known when it falls.
pub(super) struct Act {
    /// When the last call ended.
    pub(super) ended: Time,
    /// Calls that could not be played.
    pub(super) dropped: u64,
    /// How it went until then.
    pub(super) chronicler: Chronicler,
    /// The threshold that ended it early.
    pub(super) aborted: Option<Aborted>,
    /// What the clocks did.
    pub(super) drift: Drift,
}

impl Beginning {
    pub(super) fn now(clock: Clock) -> Self {
        let until_zero = clock.instant(Time::ZERO).saturating_duration_since(Instant::now());
        let start = Timestamp::now() + SignedDuration::try_from(until_zero).unwrap_or_default();
        Self { start: start.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(), processors: Processors::now() }
    }
}

/// Takes the stage down and sums up. The clients are closed; `served` are the processes they had before.
pub(super) async fn settle(
    stage: Stage,
    options: &Options,
    began: Beginning,
    act: Act,
    served: &[(TenantIndex, u32)],
) -> Played {
    let Stage { performance, witness, cloud, folder } = stage;
    let (cpu, cpu_share) = began.processors.used();
    let trouble = performance.troubles.first();
    let client = client(&performance, trouble.as_ref());
    if trouble.is_some() {
        // What a client in trouble would leave behind is no finding about it.
        performance.dismiss_drivers().await;
    }
    let mut testimony = witness.testify(PARTING).await;
    performance.dismiss_drivers().await;
    testimony.look_after(served, performance.clock.now());
    let ledger = cloud.ledger();
    cloud.stop();
    let scenario = &performance.scenario;
    let mut violations = performance.score.breaches();
    violations.extend(testimony.breaches.iter().cloned());
    let tenants = (0..scenario.tenants.len()).map(|index| {
        let tenant = TenantIndex(u16::try_from(index).expect("a scenario has fewer than 65,536 tenants"));
        let account = Account { performance: &performance, ledger: &ledger, tenant };
        account.close(&testimony, &mut violations)
    });
    let tenants = tenants.collect();
    let ending = Ending {
        ended: act.ended,
        start: Some(began.start),
        tool: Tool::this(),
        scenario: scenario.identity(Mode::Run),
        host: Some(this_host()),
        client,
        tenants,
        stray_leaks: 0,
        rss_peak_bytes: testimony.rss_peak,
        aborted: act.aborted,
        violations,
        profile: None,
        misdeeds: if trouble.is_some() { Vec::new() } else { std::mem::take(&mut testimony.findings) },
        harness: Harness {
            lag_limit_ms: Some(options.lag_limit_ms),
            arrivals_dropped: act.dropped,
            in_flight_peak: performance.progress.on_the_line_peak(),
            cpu_s: Some(cpu.as_secs_f64()),
            cpu_share: Some(cpu_share),
            cpu_share_limit: Some(options.cpu_share_limit),
            shortages: performance.score.shortages(),
            clock_jump_ms: Some(act.drift.wall_ms),
            suspended_ms: Some(act.drift.suspended_ms),
            witness_gaps: testimony.gaps,
            witnessed: Some(testimony.reported),
            invalid: trouble.map(|trouble| trouble.what).into_iter().collect(),
        },
    };
    drop(folder);
    let mut recorder = performance.score.recorder();
    let samples = recorder.histograms();
    let chronicle = act.chronicler.finish(act.ended, scenario.identity(Mode::Run));
    Played { summary: recorder.finish(ending), chronicle, samples, conduct: performance.score.conduct() }
}

/// Whose client was played, where it is not our own.
fn client(performance: &Performance, trouble: Option<&Trouble>) -> Option<ClientUnderTest> {
    let crew = performance.hired.as_ref()?;
    let drivers: Vec<&Driver> = performance.drivers().collect();
    let told = drivers.iter().find_map(|driver| driver.client());
    let (name, version) = told.unwrap_or_else(|| (performance.scenario.client.driver.name(), None));
    let used: Vec<Duration> = drivers.iter().filter_map(|driver| driver.cpu()).collect();
    Some(ClientUnderTest {
        name,
        version,
        driver: performance.scenario.client.driver.name(),
        command: crew.command.clone(),
        drivers: drivers.len() as u64,
        max_in_flight: drivers.iter().find_map(|driver| driver.max_in_flight()),
        lag_ms: performance.score.driver_lag(),
        clock_uncertainty_ms: drivers.iter().filter_map(|driver| driver.uncertainty_ms()).reduce(f64::max),
        cpu_s: (used.len() == drivers.len()).then(|| used.iter().sum::<Duration>().as_secs_f64()),
        last_words: trouble.map(|trouble| trouble.last_words.clone()).unwrap_or_default(),
    })
}

/// One tenant's saves, followed to where they went.
struct Account<'a> {
    performance: &'a Performance,
    ledger: &'a Ledger,
    tenant: TenantIndex,
}

impl Account<'_> {
    fn close(&self, testimony: &Testimony, violations: &mut Vec<Breach>) -> TenantEnding {
        let mut ending = TenantEnding {
            leaks: testimony.survivors.iter().filter(|(tenant, _)| *tenant == self.tenant).count() as u64,
            rss_peak_bytes: testimony.rss_peak.map(|_| testimony.rss_peaks[self.tenant.index()]),
            ..TenantEnding::default()
        };
        let mut waiting = OnDisk::default();
        let project = &self.performance.tenant(self.tenant).project;
        for save in self.performance.score.saves(self.tenant) {
            let turn = self.performance.turn_id(self.tenant, save.call, save.turn);
            let accepted = self.ledger.turn(project, &turn).map_or(0, |delivery| delivery.accepted);
            let fate = Fate::of(accepted, || waiting.holds(self.performance, self.tenant, &save, &turn));
            fate.enter(&mut ending);
            violations.extend(fate.breaks_the_law(&turn).map(|what| self.breach(what)));
        }
        ending
    }

    fn breach(&self, what: String) -> Breach {
        Breach { law: Law::Memory, tenant: Some(self.tenant), at: self.performance.clock.now(), what }
    }
}

/// What became of an acknowledged save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The cloud has it, or the next boot will deliver it.
    Delivered,
    Lost,
    /// The cloud has it so many times.
    Doubled(u32),
}

impl Fate {
    /// Looks on the disk only where the cloud has nothing.
    fn of(accepted: u32, on_disk: impl FnOnce() -> bool) -> Self {
        match accepted {
            0 if on_disk() => Self::Delivered,
            0 => Self::Lost,
            1 => Self::Delivered,
            times => Self::Doubled(times),
        }
    }

    fn enter(self, ending: &mut TenantEnding) {
        ending.delivered += u64::from(self != Self::Lost);
        ending.lost += u64::from(self == Self::Lost);
        ending.duplicated += u64::from(matches!(self, Self::Doubled(_)));
    }

    fn breaks_the_law(self, turn: &str) -> Option<String> {
        match self {
            Self::Delivered => None,
            Self::Lost => Some(format!("save {turn} was acknowledged and is nowhere")),
            Self::Doubled(times) => Some(format!("save {turn} reached the cloud {times} times")),
        }
    }
}

/// Turns that wait in outboxes on disk, read once per caller.
#[derive(Default)]
struct OnDisk {
    turns: HashMap<(PathBuf, CallerIndex), HashSet<String>>,
}

impl OnDisk {
    fn holds(&mut self, performance: &Performance, tenant: TenantIndex, save: &AckedSave, turn: &str) -> bool {
        let member = performance.tenant(tenant);
        let storage = member.storage[save.worker.index()].clone();
        let turns = self.turns.entry((storage.clone(), save.caller)).or_insert_with(|| {
            let events = mock_runtime::undelivered(&storage, &member.project, &speech::user_id(save.caller));
            let turn = |event: CloudEvent| event.body.get("turnId")?.as_str().map(str::to_owned);
            events.into_iter().filter_map(turn).collect()
        });
        turns.contains(turn)
    }
}

/// How long a runtime whose client is closed may take to be seen gone.
const PARTING: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use super::*;

    /// Delivered, lost, duplicated; and whether a law was broken.
    fn counted(accepted: u32, on_disk: bool) -> ([u64; 3], bool) {
        let (fate, mut ending) = (Fate::of(accepted, || on_disk), TenantEnding::default());
        fate.enter(&mut ending);
        ([ending.delivered, ending.lost, ending.duplicated], fate.breaks_the_law("t").is_some())
    }

    #[test]
    fn a_save_is_delivered_by_the_cloud_or_safe_on_disk() {
        assert_eq!(counted(1, false), ([1, 0, 0], false));
        assert_eq!(counted(0, true), ([1, 0, 0], false));
    }

    #[test]
    fn a_save_that_is_nowhere_is_lost() {
        assert_eq!(counted(0, false), ([0, 1, 0], true));
    }

    #[test]
    fn a_save_the_cloud_has_twice_is_doubled() {
        assert_eq!(counted(2, false), ([1, 0, 1], true));
    }
}
