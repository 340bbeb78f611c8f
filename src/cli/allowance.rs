//! How much memory a simulation may take, and what is said before it starts if that is too little.

use bytesize::ByteSize;

use super::Failure;
use crate::scenario::Scenario;
use crate::sim::{Memory, MemoryPart, MemoryShare};

/// Refuses a scenario so many plays of which, side by side, would need more than `limit`, or more than half of the
/// machine's memory.
pub(super) fn check(scenario: &Scenario, plays: u64, limit: Option<ByteSize>) -> Result<(), Failure> {
    let limit = limit.unwrap_or_else(half_of_the_machine);
    let memory = Memory::of(scenario);
    let needed = ByteSize(memory.bytes().saturating_mul(plays));
    if needed <= limit {
        return Ok(());
    }
    let largest = memory.largest();
    let beside = if plays > 1 { format!(" {plays} times side by side") } else { String::new() };
    Err(Failure::Question(miette::miette!(
        help = format!("{}, or allow more with --max-memory", remedy(largest.part)),
        "simulating {}{beside} would take about {} of memory, more than the {} it may have; the largest share, {}, is for {}",
        scenario.name,
        needed.display().si(),
        limit.display().si(),
        ByteSize(largest.bytes.saturating_mul(plays)).display().si(),
        what(scenario, largest),
    )))
}

/// What a part is, and whose is most of it.
fn what(scenario: &Scenario, largest: MemoryShare) -> String {
    let (tenant, traffic) =
        (&scenario.tenants[largest.tenant.index()], &scenario.traffic.tenants[largest.tenant.index()]);
    let (name, workers, callers) = (&tenant.name, traffic.workers, traffic.callers.size);
    match largest.part {
        MemoryPart::Callers => format!("what every worker knows of every caller, as of {name} ({callers} × {workers})"),
        MemoryPart::Popularity => format!("drawing callers by their popularity, as of {name} ({callers})"),
        MemoryPart::Calls => {
            let offered = traffic.offered(scenario.duration, scenario.grace);
            format!("calls on the line, as of {name} ({:.0} at the peak)", offered.peak_on_line)
        }
        MemoryPart::Runtimes => {
            format!("runtimes, as of {name} ({workers} × {})", scenario.pool.max_concurrent_users)
        }
        MemoryPart::Ports => {
            let ports = scenario.pool.runtime_port_range.len();
            format!("what every worker knows of every port, as of {name} ({workers} × {ports})")
        }
        MemoryPart::Latencies => format!("the latencies of {} tenants", scenario.tenants.len()),
        MemoryPart::Laws => format!("the measured values of laws, once for each of {} tenants", scenario.tenants.len()),
    }
}

/// What to change.
fn remedy(part: MemoryPart) -> &'static str {
    match part {
        MemoryPart::Callers => "make the `population` (or the closed `callers`) smaller, or use fewer `workers`",
        MemoryPart::Popularity => "make the `population` smaller, or leave out its `popularity`",
        MemoryPart::Calls => "let calls ring less often, or end sooner",
        MemoryPart::Runtimes => "lower `max_concurrent_users`, or use fewer `workers`",
        MemoryPart::Ports => "narrow `runtime_port_range` to what the workers of a host need, or use fewer `workers`",
        MemoryPart::Latencies => "split the scenario into several of fewer tenants",
        MemoryPart::Laws => "give the laws fewer `values`",
    }
}

/// Half of what the machine has, or of what this process may have of it.
fn half_of_the_machine() -> ByteSize {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|info| total(&info));
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|limit| limit.trim().parse().ok());
    machine.into_iter().chain(group).min().map_or(WHERE_UNKNOWN, |bytes: u64| ByteSize(bytes / 2))
}

/// The machine's memory in bytes.
fn total(info: &str) -> Option<u64> {
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

const WHERE_UNKNOWN: ByteSize = ByteSize::gb(4);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_memory_is_read_in_bytes() {
        assert_eq!(total("MemTotal:        2048 kB\nMemFree: 1 kB\n"), Some(2_097_152));
        assert_eq!(total("nothing of the kind"), None);
    }
}
