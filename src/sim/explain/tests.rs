//! What the explanation of one play says of other caps, against plays at those caps.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::Explainer;
use crate::base::Stream;
use crate::measure::log::{BootAccount, Happening, LogLine};
use crate::scenario::Scenario;
use crate::sim::play_with;

/// A scenario whose boots and drains take no time.
#[derive(Clone, Debug)]
struct Play {
    cap: u32,
    seed: u64,
    pool: String,
    runtime: &'static str,
    tenant: String,
}

/// What was heard of it.
struct Heard {
    uses: Vec<Use>,
    refusals: usize,
    boots: BootAccount,
}

/// A turn or call that wanted a runtime.
#[derive(Clone, Debug, PartialEq)]
struct Use {
    /// When, at whose worker, for which call of whom.
    which: (f64, String, u32, u64, String),
    booted: bool,
    reuse_from_cap: Option<u32>,
}

impl Use {
    /// Whether it would boot under that cap, as the explanation has it.
    fn boots_at(&self, cap: u32) -> bool {
        self.reuse_from_cap.is_none_or(|from| from > cap)
    }
}

impl Play {
    fn scenario(&self) -> Arc<Scenario> {
        let Self { cap, seed, pool, runtime, tenant } = self;
        let text = format!(
            r#"
            name = "explained"
            seed = {seed}
            duration = "2h"
            grace = "10m"
            warm_up = "0s"
            [pool]
            max_concurrent_users = {cap}
            runtime_port_range = [1024, 9999]
            {pool}
            [runtime]
            boot_cold = "0s"
            boot_warm = "0s"
            session_start = "0s"
            flush = "0s"
            terminate = "0s"
            {runtime}
            [cloud]
            latency = "0s"
            [[tenant]]
            name = "only"
            {tenant}
            "#
        );
        let scenario = Scenario::from_text(Path::new("explained.toml"), text);
        Arc::new(scenario.unwrap_or_else(|error| panic!("{error:?}")))
    }

    /// All lines as they would be written.
    fn lines(&self) -> (Heard, Vec<Value>) {
        let mut lines = Vec::new();
        let heard = self.hear(|line| lines.push(serde_json::to_value(line).unwrap()));
        (heard, lines)
    }

    fn hear(&self, mut each: impl FnMut(&LogLine<'_>) + Send) -> Heard {
        let scenario = self.scenario();
        let (mut uses, mut refusals) = (Vec::new(), 0);
        let mut explainer = Explainer::new(&scenario, |line: &LogLine<'_>| {
            each(line);
            let LogLine::Noted(noted) = line else { return };
            if let Happening::PortTaken { .. } = &noted.happening {
                // Told at once after the order it undoes; the boot is ordered again.
                uses.pop();
            }
            let mut wanted = |caller: &str, call, booted, reuse_from_cap| {
                let which = (noted.at_ms, noted.tenant.to_owned(), noted.worker, call, caller.to_owned());
                uses.push(Use { which, booted, reuse_from_cap });
            };
            match &noted.happening {
                Happening::Reused { caller, call, reuse_from_cap, .. } => wanted(caller, *call, false, *reuse_from_cap),
                Happening::Spawned { caller, call, reuse_from_cap, .. } => wanted(caller, *call, true, *reuse_from_cap),
                Happening::Refused { .. } | Happening::Denied { .. } => refusals += 1,
                _ => {}
            }
        });
        let summary = play_with(&scenario, &mut explainer);
        let boots = explainer.finish();
        assert_eq!(summary.total.counts.violations, 0, "{:?}", summary.violations);
        let counted = summary.total.latency_ms["boot.cold"].count + summary.total.latency_ms["boot.warm"].count;
        assert_eq!(boots.total, counted, "the log counts the boots that the summary counts");
        Heard { uses, refusals, boots }
    }
}

/// A scenario drawn from the seed, and three caps to play it at.
fn drawn(seed: u64) -> (Play, [u32; 3]) {
    let mut dice = Stream::named(seed, "explained scenarios", 0);
    let mut one_of = |from: &[&'static str]| from[usize::try_from(dice.below(from.len() as u64)).unwrap()];
    let pool = format!(
        "runtime_idle_ttl = \"{}\"\nreap_interval = \"{}\"",
        one_of(&["20s", "90s", "300s", "3h"]),
        one_of(&["30s", "7s"])
    );
    let tenant = format!(
        r#"lease = "{}"
        workers = {}
        callers = {{ population = {}, popularity = {{ zipf = {} }}, new = {} }}
        arrivals = {{ model = "poisson", rate = "{}" }}
        call = {}
        turn_gap = {}
        reply = {{ dist = "exponential", mean = "2s" }}"#,
        one_of(&["turn", "turn", "call"]),
        one_of(&["1", "2"]),
        one_of(&["30", "100", "400"]),
        one_of(&["0.0", "0.8"]),
        one_of(&["0.0", "0.3"]),
        one_of(&["3/min", "8/min"]),
        one_of(&["{ turns = 3 }", r#"{ length = { dist = "lognormal", mean = "40s", cv = 1.2 } }"#]),
        one_of(&[r#"{ dist = "lognormal", mean = "7.5s", cv = 0.5 }"#, r#"{ dist = "exponential", mean = "9s" }"#]),
    );
    let runtime = one_of(&["search = \"0s\"\nsave = \"0s\"", "search = \"200ms\"\nsave = \"1s\""]);
    let caps = [12, 16 + u32::try_from(dice.below(10)).unwrap(), 30 + u32::try_from(dice.below(40)).unwrap()];
    (Play { cap: caps[0], seed, pool, runtime, tenant }, caps)
}

/// Uses in which a play at one cap says something else than the explanation of a play at another. `shift` makes the
/// explanation a wrong one.
fn surprises(explained: &Heard, played: &Heard, cap: u32, shift: u32) -> usize {
    assert_eq!(explained.uses.len(), played.uses.len());
    let pairs = explained.uses.iter().zip(&played.uses);
    pairs
        .inspect(|(one, other)| assert_eq!(one.which, other.which, "the same people want the same"))
        .filter(|(one, other)| one.boots_at(cap + shift) != other.booted)
        .count()
}

#[test]
fn one_play_tells_use_by_use_who_boots_at_any_other_cap() {
    let (mut compared, mut off_by_one, mut boots_spared, mut beyond_caps) = (0, 0, 0, 0);
    for seed in 1..=24 {
        let (play, caps) = drawn(seed);
        let heard = caps.map(|cap| Play { cap, ..play.clone() }.hear(|_| {}));
        if heard.iter().any(|heard| heard.refusals > 0) {
            continue;
        }
        for explained in &heard {
            for (cap, played) in caps.iter().zip(&heard) {
                assert_eq!(surprises(explained, played, *cap, 0), 0, "seed {seed}, cap {cap}: {play:?}");
                off_by_one += surprises(explained, played, *cap, 1);
                compared += 1;
            }
            let booted = explained.uses.iter().filter(|one| one.booted);
            boots_spared += booted.clone().filter(|one| one.reuse_from_cap.is_some()).count();
            beyond_caps += booted.filter(|one| one.reuse_from_cap.is_none()).count();
        }
    }
    assert!(compared >= 9 * 16, "{compared} comparisons are too few");
    assert!(off_by_one > 100, "an explanation that is one off is seen to be wrong, {off_by_one} times");
    assert!(boots_spared > 1_000 && beyond_caps > 1_000, "{boots_spared} and {beyond_caps}");
}

/// So many callers who take turns, one every ten seconds, on two slots.
fn ring_of(callers: u32, ttl: &str) -> Play {
    Play {
        cap: 2,
        seed: 1,
        pool: format!("runtime_idle_ttl = \"{ttl}\""),
        runtime: "search = \"0s\"\nsave = \"0s\"",
        tenant: format!(
            r#"arrivals = {{ model = "closed", callers = {callers}, redial = "{}s" }}
            call = {{ turns = 1 }}
            turn_gap = "1s"
            reply = "1s""#,
            10 * callers
        ),
    }
}

fn of<'v>(lines: &'v [Value], event: &str) -> Vec<&'v Value> {
    lines.iter().filter(|line| line["event"] == event).collect()
}

#[test]
fn a_boot_names_who_took_the_runtime_and_the_cap_that_would_have_kept_it() {
    let (heard, lines) = ring_of(3, "300s").lines();
    let again = lines.iter().filter(|line| line["event"] == "spawned" && line["cause"]["kind"] == "evicted");
    let again: Vec<&Value> = again.collect();
    assert!(again.len() > 100);
    for boot in again {
        assert_eq!(boot["reuse_from_cap"], 3);
        let (cause, by) = (&boot["cause"], &boot["cause"]["by"]);
        let eviction = |line: &&Value| line["event"] == "draining" && line["runtime"] == cause["runtime"];
        let eviction = lines.iter().find(eviction).expect("the eviction it names is in the log");
        assert_eq!((&eviction["at_ms"], &eviction["evicted_for"]), (&cause["at_ms"], by));
        assert_eq!((&eviction["caller"], &eviction["reason"]), (&boot["caller"], &"lru".into()));
        assert_eq!(by["want"], "slot");
        let asked = |line: &&Value| line["event"] == "waits" && line["at_ms"] == cause["at_ms"];
        let asked = lines.iter().find(asked).expect("somebody asked just then");
        assert_eq!((&asked["caller"], &asked["call"]), (&by["caller"], &by["call"]));
        assert_ne!(asked["caller"], boot["caller"]);
    }
    assert_eq!((heard.boots.first_use, heard.boots.evicted), (3, heard.boots.total - 3));
    assert_eq!(heard.boots.avoidable, heard.boots.evicted);
    assert_eq!((heard.boots.half_from_cap, heard.boots.all_from_cap), (Some(3), Some(3)));
}

#[test]
fn no_cap_is_named_where_the_reaper_would_have_been_first() {
    // One comes back after 80 s or so, and nobody idle survives 10 s and an interval of 30 s.
    let (heard, lines) = ring_of(8, "10s").lines();
    assert!(heard.boots.evicted + heard.boots.idle > 100, "{:?}", heard.boots);
    assert_eq!((heard.boots.avoidable, heard.boots.all_from_cap), (0, None));
    assert!(of(&lines, "spawned").iter().all(|boot| boot["reuse_from_cap"].is_null()));
    let patient = ring_of(8, "300s").hear(|_| {});
    assert!(patient.boots.avoidable > 100, "with a longer TTL a larger pool would do: {:?}", patient.boots);
}

#[test]
fn every_line_of_a_play_fits_the_committed_schema() {
    let committed = include_str!("../../../reports/events.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(committed).unwrap()).unwrap();
    let (play, _) = drawn(3);
    let (_, lines) = play.lines();
    for line in &lines {
        assert!(validator.is_valid(line), "{line}: {:?}", validator.validate(line).map_err(|error| error.to_string()));
    }
    let mut boot = of(&lines, "spawned")[0].clone();
    boot["cause"]["kind"] = "boredom".into();
    assert!(!validator.is_valid(&boot), "no such cause");
    let mut lease = of(&lines, "granted")[0].clone();
    lease.as_object_mut().unwrap().remove("caller");
    assert!(!validator.is_valid(&lease), "a lease is somebody's");
}
