//! What both engines take from a scenario, said once.

use mock_runtime::behaviour::{Behaviour, BootFailure, FailureMode, Slow, Window};

use super::{Driver, Fault, FaultKind, Program, Scenario};
use crate::base::{Span, Stream};
use crate::measure::chronicle::{ChronicleSettings, Chronicler};
use crate::measure::{Mode, Recorder, RecorderSettings, ScenarioIdentity};
use crate::pool::Profile;
use crate::workload::speech;

impl Scenario {
    /// A recorder for a play of this scenario.
    pub fn recorder(&self) -> Recorder {
        Recorder::new(RecorderSettings {
            tenants: self.tenants.iter().map(|tenant| tenant.name.clone()).collect(),
            warm_up: self.warm_up,
            duration: self.duration,
            budget: self.budget,
            thresholds: self.thresholds.clone(),
            phases: self.phases.clone(),
        })
    }

    /// Runtimes that all pools together may hold.
    pub fn runtimes_cap(&self) -> u64 {
        self.workers() * u64::from(self.pool.max_concurrent_users)
    }

    /// Processes that one pool may have at a time: its cap by our own rules, as many as there are ports by official ones.
    pub fn processes_of_a_pool(&self) -> u64 {
        match self.profile {
            Profile::Builtin => self.pool.max_concurrent_users.into(),
            Profile::Sdk0_3_2 => self.ports_of_a_host(),
        }
    }

    /// Ports of a host that are handed out: by official rules, the last of the range never is.
    pub fn ports_of_a_host(&self) -> u64 {
        self.pool.runtime_port_range.len() as u64 - u64::from(self.follows_official_rules())
    }

    /// Whether pools follow the rules of an official client: it is simulated, or played itself.
    pub fn follows_official_rules(&self) -> bool {
        self.profile != Profile::Builtin || self.client.driver == Driver::MemoairVoice
    }

    fn workers(&self) -> u64 {
        self.traffic.tenants.iter().map(|traffic| u64::from(traffic.workers)).sum()
    }

    /// A chronicler for a play of this scenario.
    pub fn chronicler(&self) -> Chronicler {
        let hosts = u64::from(self.hosts.max(1)).min(self.workers());
        Chronicler::new(ChronicleSettings {
            tenants: self.tenants.iter().map(|tenant| tenant.name.clone()).collect(),
            warm_up: self.warm_up,
            duration: self.duration,
            grace: self.grace,
            budget: self.budget,
            runtimes: self.runtimes_cap(),
            ports: hosts * self.ports_of_a_host(),
            caller_name: speech::user_id,
        })
    }

    /// How often it is asked, while it is played, whether a threshold ends it: every second, or a thousand times where
    /// that would be oftener.
    pub fn judged_every(&self) -> Span {
        Span::from_secs(1).max(Span::from_ns(self.duration.ns() / 1_000))
    }

    /// What a summary says of which scenario was played, and how.
    pub fn identity(&self, mode: Mode) -> ScenarioIdentity {
        ScenarioIdentity {
            name: self.name.clone(),
            file: self.file.display().to_string(),
            sha256: self.sha256.clone(),
            seed: self.seed,
            mode,
            runtime: match &self.runtime.program {
                Program::Binary(path) if self.runtime.asked => Some(path.display().to_string()),
                _ => None,
            },
            client: self.client.asked.clone().filter(|_| mode == Mode::Run),
        }
    }

    /// How the mock behaves, with the faults a runtime plays itself. `origin_ns` is the clock's reading at time zero,
    /// `projects` are the tenants' project ids.
    pub fn behaviour(&self, origin_ns: u64, projects: &[&str]) -> Behaviour {
        let mut behaviour = Behaviour { origin_ns, ..self.runtime.behaviour.clone() };
        for Fault { at, tenant, kind } in &self.faults {
            let project = tenant.map(|tenant| projects[tenant.index()].to_owned());
            let window = |lasting: Span| Window { from_ns: at.ns(), until_ns: (*at + lasting).ns() };
            match *kind {
                FaultKind::RuntimeSlow { share, factor, lasting } => {
                    behaviour.slow.push(Slow { window: window(lasting), project, share, factor });
                }
                FaultKind::RuntimeBootFail { share, hang, lasting } => {
                    let how = if hang { FailureMode::Hang } else { FailureMode::Exit };
                    behaviour.boot_failures.push(BootFailure { window: window(lasting), project, share, how });
                }
                _ => {}
            }
        }
        behaviour
    }

    /// A share of the runtimes that live, rounded up: whom fault number `fault` hits. A function of seed, number and who
    /// lives, in that order.
    pub fn victims<T>(&self, fault: usize, mut living: Vec<T>, share: f64) -> Vec<T> {
        let count = rounded_up(share, living.len());
        let mut stream = Stream::named(self.seed, "victims", fault as u64);
        let mut draw = || {
            let index = stream.below(living.len() as u64);
            living.swap_remove(usize::try_from(index).expect("an index below a length fits"))
        };
        (0..count).map(|_| draw()).collect()
    }

    /// The host of a worker, workers of all tenants counted in order: they are placed in turn.
    pub fn host_of(&self, worker: usize) -> u16 {
        let host = worker % usize::from(self.hosts.max(1));
        u16::try_from(host).expect("a remainder by a u16 fits")
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is within it")]
fn rounded_up(share: f64, of: usize) -> usize {
    ((share * of as f64).ceil() as usize).min(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_living_is_rounded_up_and_never_more_than_all() {
        assert_eq!([rounded_up(0.2, 0), rounded_up(0.2, 1), rounded_up(0.2, 10), rounded_up(1.0, 3)], [0, 1, 2, 3]);
    }
}
