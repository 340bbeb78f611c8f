//! Pool, runtime, cloud, call router, hosts, client.

use std::ops::RangeInclusive;

use mock_runtime::behaviour::Behaviour;

use super::Resolver;
use crate::base::{Distribution, Span};
use crate::pool;
use crate::scenario::typed::{self, Action, DriverText, Place, Placed};
use crate::scenario::{ClientModel, CloudModel, Computing, Driver, Program, Refusal, RuntimeModel};

impl Resolver {
    /// Settings of every pool. `scenario` is where to complain about defaults that don't fit together.
    pub(super) fn pool(&mut self, typed: &typed::Pool, scenario: Place) -> pool::Settings {
        let defaults = pool::Settings::default();
        let ports = typed.runtime_port_range.as_ref();
        let settings = pool::Settings {
            max_concurrent_users: self.count(
                typed.max_concurrent_users.as_ref(),
                "the cap on runtimes",
                defaults.max_concurrent_users,
                (1, u32::from(u16::MAX)),
            ),
            runtime_idle_ttl: typed.runtime_idle_ttl.as_ref().map_or(defaults.runtime_idle_ttl, |ttl| self.span(ttl)),
            runtime_port_range: ports.map_or(defaults.runtime_port_range, |range| self.ports(range)),
            reap_interval: typed
                .reap_interval
                .as_ref()
                .map_or(defaults.reap_interval, |interval| self.positive(interval, "the reaper's interval")),
            boot_timeout: typed
                .boot_timeout
                .as_ref()
                .map_or(defaults.boot_timeout, |timeout| self.positive(timeout, "the boot timeout")),
            port_recheck: typed
                .port_recheck
                .as_ref()
                .map_or(defaults.port_recheck, |recheck| self.positive(recheck, "the port recheck")),
            experimental: defaults.experimental,
        };
        let place = typed.max_concurrent_users.as_ref().map(|cap| &cap.place).or(ports.map(|range| &range.place));
        if profile_of(typed) == pool::Profile::Builtin {
            self.cap_fits_ports(&settings, place.unwrap_or(&scenario));
        }
        settings
    }

    /// Whose rules every pool follows. Official ones are fixed: what the SDK cannot be told is not to be typed.
    pub(super) fn rules(&mut self, typed: &typed::Pool) -> pool::Profile {
        let profile = profile_of(typed);
        if let Some(recheck) = typed.port_recheck.as_ref().filter(|_| profile != pool::Profile::Builtin) {
            let given = vec![("port_recheck", recheck.place.clone())];
            self.superfluous(given, &format!("the profile `{profile}`, which looks at every port anew"), &[]);
        }
        profile
    }

    fn ports(&mut self, typed: &Placed<Vec<i64>>) -> RangeInclusive<u16> {
        let help = "write the first and the last port, both included, from 1024 to 65535";
        let any = FIRST_UNPRIVILEGED_PORT..=u16::MAX;
        let [first, last] = typed.value[..] else {
            self.problems.add(&typed.place, format!("a port range has two ends, not {}", typed.value.len()), help);
            return any;
        };
        match (u16::try_from(first), u16::try_from(last)) {
            (Ok(first), Ok(last)) if first > last => {
                self.problems.add(&typed.place, format!("the port range {first} to {last} is reversed"), help);
            }
            (Ok(first), Ok(_)) if first < FIRST_UNPRIVILEGED_PORT => {
                self.problems.add(&typed.place, format!("port {first} is a privileged one"), help);
            }
            (Ok(first), Ok(last)) => return first..=last,
            _ => self.problems.add(&typed.place, format!("{first} to {last} is no range of ports"), help),
        }
        any
    }

    fn cap_fits_ports(&mut self, settings: &pool::Settings, place: &Place) {
        let (cap, ports) = (settings.max_concurrent_users as usize, settings.runtime_port_range.len());
        if cap > ports {
            let (first, last) = settings.runtime_port_range.clone().into_inner();
            let message = format!("a pool of {cap} runtimes can't live on {ports} ports ({first} to {last})");
            self.problems.add(place, message, format!("lower the cap to {ports}, or widen `runtime_port_range`"));
        }
    }

    /// How runtimes behave; the engine adds the clock's origin. `scenario` is where to point where no executable is named.
    pub(super) fn runtime(&mut self, typed: &typed::Runtime, seed: u64, scenario: Place) -> RuntimeModel {
        let constant = |ms| Distribution::constant(Span::from_ms(ms).ns());
        let median = |ms, cv| Distribution::lognormal_median(Span::from_ms(ms).ns(), cv);
        let (boot_cold, boot_cold_cpu) = self.work(typed.boot_cold.as_ref(), median(400, 0.3));
        let (boot_warm, boot_warm_cpu) = self.work(typed.boot_warm.as_ref(), median(120, 0.3));
        let (session_start, session_start_cpu) = self.work(typed.session_start.as_ref(), constant(3));
        let (search, search_cpu) = self.work(typed.search.as_ref(), median(8, 0.5));
        let (save, save_cpu) = self.work(typed.save.as_ref(), constant(2));
        let (flush, flush_cpu) = self.work(typed.flush.as_ref(), constant(20));
        let (terminate, terminate_cpu) = self.work(typed.terminate.as_ref(), constant(5));
        let computing = Computing {
            boot_cold: boot_cold_cpu,
            boot_warm: boot_warm_cpu,
            session_start: session_start_cpu,
            search: search_cpu,
            save: save_cpu,
            flush: flush_cpu,
            terminate: terminate_cpu,
        };
        let behaviour = Behaviour {
            seed,
            boot_cold,
            boot_warm,
            session_start,
            search,
            save,
            flush,
            terminate,
            ballast_bytes: typed.rss.as_ref().and_then(|rss| self.quantity(rss)).unwrap_or(0),
            unknown_session: typed.unknown_session.unwrap_or_default(),
            before_ready: typed.before_ready.unwrap_or_default(),
            ignore_terminate: typed.ignore_terminate,
            ..Behaviour::default()
        };
        RuntimeModel {
            program: typed.binary.as_ref().map_or(Program::Mock, |binary| self.program(binary)),
            asked: false,
            behaviour,
            computing,
            assumed: assumed(typed),
            place: typed.binary.as_ref().map_or(scenario, |binary| binary.place.clone()),
        }
    }

    /// Whether the executable is there is asked when it is started: `check` may run on another machine.
    fn program(&mut self, typed: &Placed<String>) -> Program {
        if typed.value.is_empty() {
            self.problems.add(&typed.place, "the path of the runtime is empty", "leave it out to use the mock");
        }
        Program::Binary(self.folder.join(&typed.value))
    }

    /// How the cloud behaves.
    pub(super) fn cloud(&mut self, typed: &typed::Cloud) -> CloudModel {
        CloudModel {
            latency: self.law_or(typed.latency.as_ref(), Distribution::constant(Span::from_ms(30).ns())),
            facts_per_caller: self.count(typed.facts_per_caller.as_ref(), "facts of a caller", 8, (1, 10_000)),
            org_chunks: self.count(typed.org_chunks.as_ref(), "chunks of a project", 8, (1, 10_000)),
        }
    }

    /// What the router does with a refusal.
    pub(super) fn refusal(&mut self, typed: &typed::OnRefusal) -> Refusal {
        let given = [
            ("after", typed.after.as_ref().map(|after| after.place.clone())),
            ("attempts", typed.attempts.as_ref().map(|attempts| attempts.place.clone())),
        ];
        let given = given.into_iter().filter_map(|(key, place)| Some((key, place?))).collect();
        match typed.action.as_ref().map_or(Action::default(), |action| action.value) {
            Action::Shed => {
                self.superfluous(given, "the action `shed`", &[]);
                Refusal::Shed
            }
            Action::Degrade => {
                self.superfluous(given, "the action `degrade`", &[]);
                Refusal::Degrade
            }
            Action::Retry => Refusal::Retry {
                after: typed.after.as_ref().map_or(Span::from_secs(1), |after| self.span(after)),
                attempts: self.count(typed.attempts.as_ref(), "attempts, the first included,", 3, (2, 100)),
            },
        }
    }

    /// How many hosts, and their cores.
    pub(super) fn host(&mut self, typed: &typed::Host) -> (u16, Option<u16>) {
        let hosts = self.count(typed.count.as_ref(), "the number of hosts", 1, (1, 10_000));
        let cores = typed.cores.as_ref().map(|cores| self.count(Some(cores), "the cores of a host", 1, (1, 4096)));
        (hosts, cores)
    }

    /// Which client is put under load. Whether its driver is there is asked when it is started.
    pub(super) fn client(&mut self, typed: &typed::Client) -> ClientModel {
        let defaults = ClientModel::default();
        let patience = typed.patience.as_ref();
        let client = ClientModel {
            driver: typed.driver.as_ref().map_or(Driver::Builtin, |driver| self.driver(driver, typed.folder.as_ref())),
            patience: patience.map_or(defaults.patience, |patience| self.positive(patience, "a driver's patience")),
            asked: None,
        };
        if let Some(folder) = typed.folder.as_ref().filter(|_| !matches!(client.driver, Driver::Command { .. })) {
            let given = vec![("folder", folder.place.clone())];
            self.superfluous(given, &format!("the driver `{}`, which is no command", client.driver.name()), &[]);
        }
        client
    }

    fn driver(&mut self, typed: &Placed<DriverText>, folder: Option<&Placed<String>>) -> Driver {
        let folder = folder.map_or_else(|| self.folder.clone(), |folder| self.folder.join(&folder.value));
        let folder = Some(folder.as_path());
        let driver = match &typed.value {
            DriverText::Line(line) => Driver::typed(line, folder),
            DriverText::Words(words) => match &words[..] {
                [name] if Driver::NAMES.contains(&name.as_str()) => Driver::typed(name, folder),
                words => Driver::command(words.to_vec(), folder),
            },
        };
        driver.unwrap_or_else(|problem| {
            let help = "write \"builtin\", \"memoair-voice\", or a command such as [\"python3\", \"my_driver.py\"]";
            self.problems.add(&typed.place, problem, help);
            Driver::Builtin
        })
    }
}

fn profile_of(typed: &typed::Pool) -> pool::Profile {
    match typed.profile.as_ref().map_or(typed::Profile::default(), |profile| profile.value) {
        typed::Profile::Builtin => pool::Profile::Builtin,
        typed::Profile::Sdk0_3_2 => pool::Profile::Sdk0_3_2,
    }
}

/// The laws that were not typed.
fn assumed(typed: &typed::Runtime) -> Vec<&'static str> {
    let laws = [
        ("boot_cold", &typed.boot_cold),
        ("boot_warm", &typed.boot_warm),
        ("session_start", &typed.session_start),
        ("search", &typed.search),
        ("save", &typed.save),
        ("flush", &typed.flush),
        ("terminate", &typed.terminate),
    ];
    laws.into_iter().filter(|(_, law)| law.is_none()).map(|(key, _)| key).collect()
}

const FIRST_UNPRIVILEGED_PORT: u16 = 1024;
