//! What speaks against the harness: why its figures are not the pool's.
//!
//! One function for each reason, each from what the harness knows about itself to a sentence that says what it could not
//! do and what to change, or to nothing.

use super::{Harness, Latency, Shortages};

/// Every reason to call the run invalid.
pub(super) fn reasons(harness: &Harness, lag: &Latency) -> Vec<String> {
    let one = [late(harness, lag), dropped(harness), busy(harness), unheard(harness), jumped(harness), slept(harness)];
    one.into_iter().flatten().chain(short(&harness.shortages)).collect()
}

fn late(harness: &Harness, lag: &Latency) -> Option<String> {
    let (limit, (name, lag)) = (harness.lag_limit_ms?, lag.p99_or_lower()?);
    (lag > limit).then(|| {
        format!(
            "the harness was late: lag {name} was {lag:.1} ms, more than {limit:.1} ms; offer less load or more cores"
        )
    })
}

fn dropped(harness: &Harness) -> Option<String> {
    let dropped = harness.arrivals_dropped;
    (dropped > 0).then(|| {
        format!("{dropped} arrivals that were due could not be played; allow more in flight or offer less load")
    })
}

fn busy(harness: &Harness) -> Option<String> {
    let (share, limit) = (harness.cpu_share?, harness.cpu_share_limit?);
    (share > limit).then(|| {
        format!(
            "the harness itself used {:.0} % of all processors, more than {:.0} %, and took them from what it measures; \
             offer less load or more cores",
            share * 100.0,
            limit * 100.0
        )
    })
}

fn unheard(harness: &Harness) -> Option<String> {
    let gaps = harness.witness_gaps;
    (gaps > 0).then(|| {
        format!("{gaps} reports of runtimes were lost, so the laws were not checked throughout; offer less load")
    })
}

fn jumped(harness: &Harness) -> Option<String> {
    harness.clock_jump_ms.filter(|jump| jump.abs() > CLOCK_LIMIT_MS).map(|jump| {
        let direction = if jump > 0.0 { "forward" } else { "back" };
        format!(
            "the wall clock was set {direction} by {:.0} ms while the run went on, so its times fit no other log; let the \
             clock settle (NTP), then play again",
            jump.abs()
        )
    })
}

fn slept(harness: &Harness) -> Option<String> {
    harness.suspended_ms.filter(|slept| *slept > CLOCK_LIMIT_MS).map(|slept| {
        format!("the machine was suspended for {slept:.0} ms while the run went on; keep it awake and play again")
    })
}

fn short(shortages: &Shortages) -> impl Iterator<Item = String> {
    let Shortages { open_files, connection_ports, processes, foreign_ports } = *shortages;
    let kinds = [
        (open_files, "a file or socket could not be opened: too many are; raise the limit (`ulimit -n`)"),
        (connection_ports, "a connection found no free port; offer less load, or widen net.ipv4.ip_local_port_range"),
        (processes, "a process could not be started; raise the limit (`ulimit -u`) or give the machine more memory"),
        (
            foreign_ports,
            "a caller was refused because other programs hold ports of runtime_port_range; stop them or choose another \
             range",
        ),
    ];
    kinds.into_iter().filter(|(times, _)| *times > 0).map(|(times, what)| format!("{times} times, {what}"))
}

/// Daemons that discipline a clock slew it by at most half a millisecond a second; beyond this it was set. Reading two
/// clocks one after the other takes much less.
const CLOCK_LIMIT_MS: f64 = 500.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(harness: &Harness) -> String {
        let reasons = reasons(harness, &Latency::default());
        assert!(reasons.len() <= 1, "{reasons:?}");
        reasons.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn a_quiet_harness_is_trusted() {
        let quiet = Harness {
            lag_limit_ms: Some(25.0),
            cpu_share: Some(0.8),
            cpu_share_limit: Some(0.8),
            clock_jump_ms: Some(-500.0),
            suspended_ms: Some(500.0),
            ..Harness::default()
        };
        assert_eq!(reason(&quiet), "");
        let lag = Latency { count: 1, max: Some(25.0), ..Latency::default() };
        assert_eq!(reasons(&quiet, &lag), [""; 0]);
    }

    #[test]
    fn each_weakness_is_told_with_what_to_change() {
        let shortages = |shortages| Harness { shortages, ..Harness::default() };
        let cases = [
            (
                Harness { cpu_share: Some(0.91), cpu_share_limit: Some(0.8), ..Harness::default() },
                "used 91 % of all processors, more than 80 %",
                "more cores",
            ),
            (Harness { clock_jump_ms: Some(-3_600_000.0), ..Harness::default() }, "back by 3600000 ms", "NTP"),
            (Harness { clock_jump_ms: Some(501.0), ..Harness::default() }, "forward by 501 ms", "play again"),
            (Harness { suspended_ms: Some(8_000.0), ..Harness::default() }, "suspended for 8000 ms", "awake"),
            (shortages(Shortages { open_files: 3, ..Shortages::default() }), "3 times, a file", "ulimit -n"),
            (shortages(Shortages { connection_ports: 3, ..Shortages::default() }), "no free port", "ip_local"),
            (shortages(Shortages { processes: 1, ..Shortages::default() }), "could not be started", "ulimit -u"),
            (shortages(Shortages { foreign_ports: 2, ..Shortages::default() }), "other programs", "another range"),
        ];
        for (harness, what, remedy) in cases {
            let reason = reason(&harness);
            assert!(reason.contains(what) && reason.contains(remedy), "{reason}");
        }
    }
}
