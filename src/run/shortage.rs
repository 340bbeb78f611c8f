//! Errors that tell of the machine and not of the pool.

use rustix::io::Errno;

use crate::client::VoiceError;
use crate::measure::Shortage;
use crate::pool::PoolError;
use crate::scenario::{FaultKind, Scenario};

/// What the system refused a boot.
pub(super) fn of_boot(error: &VoiceError) -> Option<Shortage> {
    error.os_error().and_then(|number| named(Errno::from_raw_os_error(number)))
}

/// What the system refused a recall or a save. A boot's error, which whoever waited for it gets as well, has been
/// counted as the boot's. Ports that strangers hold are the machine's doing unless the scenario puts them there.
pub(super) fn of_request(error: &VoiceError, scenario: &Scenario) -> Option<Shortage> {
    match error {
        VoiceError::Pool { error: PoolError::PortExhausted { strangers, .. }, .. } => {
            let squats = |kind: &FaultKind| matches!(kind, FaultKind::PortsSquat { .. });
            let foreign = *strangers > 0 && !scenario.faults.iter().any(|fault| squats(&fault.kind));
            foreign.then_some(Shortage::ForeignPorts)
        }
        VoiceError::Unreachable { .. } => of_boot(error),
        _ => None,
    }
}

fn named(number: Errno) -> Option<Shortage> {
    match number {
        Errno::MFILE | Errno::NFILE => Some(Shortage::OpenFiles),
        Errno::ADDRNOTAVAIL => Some(Shortage::ConnectionPorts),
        Errno::AGAIN | Errno::NOMEM => Some(Shortage::Processes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Peer;

    fn start_failed(os_error: Option<i32>) -> VoiceError {
        VoiceError::StartFailed { runtime_url: String::new(), reason: String::new(), os_error }
    }

    fn scenario(tables: &str) -> Scenario {
        let text = format!(
            "name = \"s\"\nduration = \"1s\"\n[[tenant]]\nname = \"a\"\narrivals = {{ model = \"poisson\", rate = \"1/s\" }}\n{tables}"
        );
        Scenario::from_text(std::path::Path::new("s.toml"), text).expect("it is a scenario")
    }

    #[test]
    fn the_systems_refusals_have_names() {
        for (number, shortage) in [
            (Errno::MFILE, Some(Shortage::OpenFiles)),
            (Errno::NFILE, Some(Shortage::OpenFiles)),
            (Errno::ADDRNOTAVAIL, Some(Shortage::ConnectionPorts)),
            (Errno::AGAIN, Some(Shortage::Processes)),
            (Errno::CONNREFUSED, None),
            (Errno::CONNRESET, None),
        ] {
            assert_eq!(of_boot(&start_failed(Some(number.raw_os_error()))), shortage, "{number:?}");
        }
        assert_eq!(of_boot(&start_failed(None)), None);
    }

    #[test]
    fn a_boots_error_is_not_counted_again_by_whoever_waited_for_it() {
        let (scenario, number) = (scenario(""), Errno::MFILE.raw_os_error());
        assert_eq!(of_request(&start_failed(Some(number)), &scenario), None);
        let lost = VoiceError::Unreachable { peer: Peer::Runtime, reason: String::new(), os_error: Some(number) };
        assert_eq!(of_request(&lost, &scenario), Some(Shortage::OpenFiles));
    }

    #[test]
    fn strangers_on_ports_are_the_machines_doing_unless_the_scenario_put_them_there() {
        let refused = |strangers| VoiceError::Pool {
            error: PoolError::PortExhausted { first: 1, last: 9, ours: 3, strangers },
            details: serde_json::Value::Null,
        };
        assert_eq!(of_request(&refused(2), &scenario("")), Some(Shortage::ForeignPorts));
        assert_eq!(of_request(&refused(0), &scenario("")), None);
        let squatted = scenario("[[fault]]\nat = \"0s\"\nkind = \"ports.squat\"\n");
        assert_eq!(of_request(&refused(2), &squatted), None);
    }
}
