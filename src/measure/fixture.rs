//! Runs for tests, small enough to check by hand.

use super::chronicle::{Chronicle, ChronicleSettings, Chronicler};
use super::{
    ClientUnderTest, Ending, Event, Harness, Host, Level, Mode, Recall, Recorder, RecorderSettings, ScenarioIdentity,
    Summary, TenantEnding, Threshold, Tool,
};
use crate::base::{Span, TenantIndex, Time};

pub(crate) const WARM_UP: Span = Span::from_secs(10);
pub(crate) const DURATION: Span = Span::from_secs(60);
pub(crate) const BUDGET: Span = Span::from_ms(250);

/// A recorder with a warm-up of 10 s, calls until 60 s, and a budget of 250 ms.
pub(crate) fn recorder(tenants: &[&str], thresholds: &[&str]) -> Recorder {
    Recorder::new(RecorderSettings {
        tenants: tenants.iter().map(|name| (*name).to_owned()).collect(),
        warm_up: WARM_UP,
        duration: DURATION,
        budget: BUDGET,
        thresholds: thresholds.iter().map(|text| Threshold::parse(text).unwrap()).collect(),
        phases: Vec::new(),
    })
}

impl Recorder {
    /// The same recorder with one more threshold.
    pub(crate) fn judging(mut self, threshold: Threshold) -> Self {
        self.settings.thresholds.push(threshold);
        self
    }
}

/// A good ending of a run of so many tenants, whose cloud got `delivered` saves of each.
pub(crate) fn ending(tenants: usize, delivered: u64) -> Ending {
    Ending {
        ended: Time::ZERO + Span::from_secs(65),
        start: Some("2026-11-22T09:56:41Z".to_owned()),
        tool: Tool { name: "busyhour".to_owned(), version: "0.1.0".to_owned() },
        scenario: ScenarioIdentity {
            name: "fundamento".to_owned(),
            file: "scenarios/fundamento.toml".to_owned(),
            sha256: "5d".repeat(32),
            seed: 7,
            mode: Mode::Run,
            runtime: None,
            client: None,
        },
        host: Some(Host { os: "linux".to_owned(), arch: "x86_64".to_owned(), cores: 2, memory_mb: Some(24_576) }),
        client: None,
        tenants: vec![TenantEnding { delivered, ..TenantEnding::default() }; tenants],
        stray_leaks: 0,
        rss_peak_bytes: Some(180_000_000),
        aborted: None,
        violations: Vec::new(),
        profile: None,
        misdeeds: Vec::new(),
        harness: Harness { lag_limit_ms: Some(5.0), in_flight_peak: 42, cpu_s: Some(3.25), ..Harness::default() },
    }
}

/// An ending whose driver was in trouble, and what it said last.
pub(crate) fn in_trouble(last_words: &[&str]) -> Ending {
    let last_words = last_words.iter().map(|line| (*line).to_owned()).collect();
    let mut ending = ending(1, 0);
    ending.client = Some(ClientUnderTest { driver: "python3 shop.py".to_owned(), last_words, ..Default::default() });
    ending.harness.invalid = vec!["the driver python3 shop.py: it ended (exit status: 1)".to_owned()];
    ending
}

/// A good recall by a live runtime that took so long.
pub(crate) fn recall(tenant: u16, intended: Time, took: Span) -> Recall {
    Recall {
        tenant: TenantIndex(tenant),
        intended,
        lag: Span::from_ns(80_000),
        took,
        outcome: Ok(()),
        admission: Some((crate::base::Admission::Reuse, Span::from_ns(2_000))),
        session_start: None,
        search: Some(took),
    }
}

/// So many runtimes, all of them leased.
pub(crate) fn level(tenant: u16, at: Time, runtimes: u32) -> Event {
    Event::Level { tenant: TenantIndex(tenant), at, level: Level { runtimes, busy: runtimes, ports: runtimes } }
}

/// So many seconds after the beginning.
pub(crate) fn at(secs: u64) -> Time {
    Time::ZERO + Span::from_secs(secs)
}

/// One tenant's run with recalls that took so many milliseconds, all after the warm-up.
pub(crate) fn run_of(took_ms: impl IntoIterator<Item = u64>, thresholds: &[&str]) -> Summary {
    let mut recorder = recorder(&["acme"], thresholds);
    for ms in took_ms {
        recorder.observe(&Event::Recalled(recall(0, at(20), Span::from_ms(ms))));
    }
    recorder.finish(ending(1, 0))
}

/// A chronicler of the same run, with a cap of 20.
pub(crate) fn chronicler(tenants: &[&str]) -> Chronicler {
    Chronicler::new(ChronicleSettings {
        tenants: tenants.iter().map(|name| (*name).to_owned()).collect(),
        warm_up: WARM_UP,
        duration: DURATION,
        grace: Span::from_secs(30),
        budget: BUDGET,
        runtimes: 20,
        ports: 100,
        caller_name: |caller| format!("caller-{:06}", caller.0),
    })
}

/// A chronicle of two calls.
pub(crate) fn chronicle() -> Chronicle {
    let mut chronicler = chronicler(&["acme"]);
    for event in [level(0, at(12), 1), Event::Recalled(recall(0, at(20), Span::from_ms(40))), level(0, at(30), 0)] {
        chronicler.hear(&event);
    }
    chronicler.finish(at(61), ending(1, 0).scenario)
}
