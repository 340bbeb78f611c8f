//! A scenario that falls into parts is played as one that does not.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use crate::measure::Summary;
use crate::scenario::Scenario;
use crate::sim::parts::split;
use crate::sim::{Entry, Journal, play, play_with};

/// Listens, so that all tenants are played together.
struct Listening(u64);

impl Journal for Listening {
    fn note(&mut self, _: &Entry) {
        self.0 += 1;
    }
}

/// Several tenants, each unlike the others, on so many hosts, with so many ports each.
pub(super) fn town(seed: u64, head: &str, hosts: u16, ports: u16, tenants: &[&str]) -> Arc<Scenario> {
    let last = 20_000 + ports - 1;
    let mut text = format!(
        "name = \"town\"\nseed = {seed}\nduration = \"10min\"\ngrace = \"2min\"\nwarm_up = \"30s\"\n{head}\n\
         [pool]\nmax_concurrent_users = 4\nruntime_idle_ttl = \"40s\"\nruntime_port_range = [20000, {last}]\n\
         [host]\ncount = {hosts}\n"
    );
    for (number, tenant) in tenants.iter().enumerate() {
        write!(text, "[[tenant]]\nname = \"t{number}\"\n{tenant}\n").expect("text can be written");
    }
    Arc::new(Scenario::from_text(Path::new("town.toml"), text).unwrap_or_else(|error| panic!("{error:?}")))
}

pub(super) const BUSY: &str = "callers = { population = 9 }\narrivals = { model = \"poisson\", rate = \"6/min\" }\n\
                    call = { length = { dist = \"lognormal\", mean = \"60s\", cv = 1.2 } }\n\
                    turn_gap = { dist = \"lognormal\", mean = \"5s\", cv = 0.5 }";
pub(super) const CLOSED: &str = "arrivals = { model = \"closed\", callers = 6, redial = \"1s\" }\ncall = { turns = 3 }\n\
                      turn_gap = \"4s\"\nworkers = 2\nlease = \"call\"";
pub(super) const EVEN: &str = "callers = { population = 5 }\narrivals = { model = \"constant\", rate = \"10/min\" }\n\
                    call = { turns = 2 }\nturn_gap = \"3s\"\nreply = \"0s\"\nworkers = 3\nroute = \"spread\"";
pub(super) const LATE: &str = "arrivals = { model = \"burst\", rate = \"1/min\", at = \"9min\", calls = 30, over = \"20s\" }\n\
                    call = { length = \"5min\" }\nturn_gap = \"20s\"";

#[track_caller]
pub(super) fn same(scenario: &Arc<Scenario>) -> Summary {
    let mut listening = Listening(0);
    let together = play_with(scenario, &mut listening);
    assert!(listening.0 > 100, "somebody listened to {} facts", listening.0);
    let apart = play(scenario);
    assert_eq!(apart, together);
    assert_eq!(apart.violations, []);
    apart
}

#[test]
fn tenants_who_never_meet_are_played_apart_and_nothing_else_is_different() {
    for seed in 0..10 {
        for tenants in [&[BUSY, CLOSED, EVEN, LATE][..], &[EVEN, EVEN, EVEN], &[BUSY, BUSY], &[LATE, BUSY]] {
            let scenario = town(seed, "", 3, 60, tenants);
            assert_eq!(split(&scenario).len(), tenants.len());
            let summary = same(&scenario);
            assert!(summary.total.counts.calls > 10 && summary.total.gauges.runtimes.peak > 0);
        }
    }
}

#[test]
fn calls_are_cut_everywhere_at_once() {
    let summary = same(&town(3, "on_refusal = { action = \"degrade\" }", 1, 60, &[LATE, BUSY, EVEN]));
    assert!(summary.total.counts.calls_cut > 0);
}

#[test]
fn tenants_meet_where_ports_or_cores_are_short_and_in_faults() {
    let alike = [BUSY, BUSY, BUSY, BUSY];
    let parts = |head: &str, hosts, ports| split(&town(1, head, hosts, ports, &alike)).len();
    assert_eq!(parts("", 1, 16), 4, "four pools of four have sixteen ports");
    assert_eq!(parts("", 1, 15), 1);
    assert_eq!(parts("", 2, 7), 2, "two of them meet on each host");
    let computing =
        town(1, "[runtime]\nsearch = { dist = \"constant\", value = \"8ms\", cpu = \"8ms\" }", 1, 60, &alike);
    assert_eq!(split(&computing).len(), 4, "cores that nobody counts are not shared");
    let text = computing.text.replace("count = 1", "count = 2\ncores = 1");
    let counted = Scenario::from_text(Path::new("town.toml"), text).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(split(&Arc::new(counted)).len(), 2);
    assert_eq!(parts("[[fault]]\nat = \"5s\"\nkind = \"runtime.crash\"\nshare = 0.5", 1, 60), 1);
}

#[test]
fn the_check_sees_a_tenant_who_is_played_otherwise() {
    let one = play(&town(1, "", 1, 60, &[BUSY, CLOSED]));
    let other = play(&town(1, "", 1, 60, &[BUSY, CLOSED.replace("1s", "2s").as_str()]));
    assert_eq!(one.tenants["t0"], other.tenants["t0"], "a stranger changes nothing");
    assert_ne!(one.total, other.total);
}
