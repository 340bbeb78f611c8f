//! What a scenario means, in words: the text of `scenario check`.

use std::fmt::{self, Write};

use bytesize::ByteSize;

use crate::base::Span;
use crate::scenario::{Meaning, TenantMeaning, Warning};
use crate::workload::{Offered, Rate};

/// The text of `scenario check`: a head, a table of tenants that fits 80 columns, what a host needs, and the warnings, one
/// long line each.
pub(super) fn text(meaning: &Meaning) -> String {
    let mut text = String::new();
    write_all(&mut text, meaning).expect("writing to a string cannot fail");
    text
}

fn write_all(text: &mut String, meaning: &Meaning) -> fmt::Result {
    writeln!(text, "{}: {}", meaning.name, meaning.about)?;
    writeln!(
        text,
        "Calls ring for {} (the first {} are not counted); all is over after {} at the latest. Seed {}.\n",
        seconds(meaning.duration_s),
        seconds(meaning.warm_up_s),
        seconds(meaning.lasts_at_most_s),
        meaning.seed
    )?;
    table(text, meaning)?;
    hosts(text, meaning)?;
    meaning.warnings.iter().try_for_each(|warning| writeln!(text, "\nwarning: {}", sentence(warning)))
}

/// One line a tenant, and their sum where there are several.
fn table(text: &mut String, meaning: &Meaning) -> fmt::Result {
    let width = meaning.tenants.iter().map(|tenant| tenant.name.chars().count()).max().unwrap_or(0).max(6);
    writeln!(
        text,
        "{:<width$}  {:>8}  {:>9}  {:>8}  {:>9}  {:>8}  {:>8}  {:>5}",
        "tenant", "calls", "turns", "Erlangs", "peak line", "turns/s", "peak t/s", "slots"
    )?;
    for tenant in &meaning.tenants {
        row(text, width, &tenant.name, &tenant.offered, tenant.slots)?;
    }
    if meaning.tenants.len() > 1 {
        row(text, width, "all", &total(&meaning.tenants), meaning.tenants.iter().map(|tenant| tenant.slots).sum())?;
    }
    Ok(())
}

fn row(text: &mut String, width: usize, name: &str, offered: &Offered, slots: u64) -> fmt::Result {
    writeln!(
        text,
        "{name:<width$}  {:>8.1}  {:>9.0}  {:>8.1}  {:>9.1}  {:>8.1}  {:>8.1}  {slots:>5}",
        offered.calls,
        offered.turns,
        offered.erlangs,
        offered.peak_on_line,
        offered.turns_per_s,
        offered.peak_turns_per_s,
    )
}

/// The sums that are sums; peaks are added up as though they came together.
fn total(tenants: &[TenantMeaning]) -> Offered {
    let sum = |figure: fn(&Offered) -> f64| tenants.iter().map(|tenant| figure(&tenant.offered)).sum::<f64>();
    let calls = sum(|offered| offered.calls);
    Offered {
        calls,
        turns: sum(|offered| offered.turns),
        turns_per_call: sum(|offered| offered.calls * offered.turns_per_call) / calls,
        hold_s: sum(|offered| offered.calls * offered.hold_s) / calls,
        erlangs: sum(|offered| offered.erlangs),
        peak_rate: Rate(sum(|offered| offered.peak_rate.0)),
        peak_on_line: sum(|offered| offered.peak_on_line),
        turns_per_s: sum(|offered| offered.turns_per_s),
        peak_turns_per_s: sum(|offered| offered.peak_turns_per_s),
    }
}

fn hosts(text: &mut String, meaning: &Meaning) -> fmt::Result {
    let (first, last) = meaning.ports;
    let ports = meaning.ports_used;
    if meaning.official {
        return official_hosts(text, meaning);
    }
    write!(text, "\nA host may need {} ports (it has {ports}, {first} to {last})", meaning.ports_needed)?;
    match meaning.memory_bytes {
        0 => writeln!(text, "."),
        bytes => writeln!(text, " and {} of memory.", ByteSize(bytes).display().si()),
    }
}

/// The cap of the official SDK is no bound of what a host needs.
fn official_hosts(text: &mut String, meaning: &Meaning) -> fmt::Result {
    let ((first, last), needed, used) = (meaning.ports, meaning.ports_needed, meaning.ports_used);
    write!(
        text,
        "\nOn a host, {needed} runtimes may serve by the official SDK's cap, and those that boot or end come on top.\n\
         It uses {used} of the ports {first} to {last}, never the last"
    )?;
    match meaning.memory_bytes {
        0 => writeln!(text, "."),
        bytes => writeln!(text, "; those that serve take {} of memory.", ByteSize(bytes).display().si()),
    }
}

/// What a warning says, and what to expect or change.
fn sentence(warning: &Warning) -> String {
    match warning {
        Warning::Thrash { tenant, on_line, slots } => format!(
            "{tenant}: {on_line:.0} callers on the line on average against {slots} slots with lease = \"turn\": expect a \
             boot on nearly every turn."
        ),
        Warning::Refusals { tenant, on_line, slots, share } => format!(
            "{tenant}: {on_line:.0} callers on the line on average against {slots} slots with lease = \"call\": expect \
             {:.0} % of the calls to be refused.",
            share * 100.0
        ),
        Warning::Ports { needed, ports } => format!(
            "the workers of a host may hold {needed} runtimes on {ports} ports: expect pool.port_exhausted before \
             pool.exhausted."
        ),
        Warning::OfficialPorts { serving, ports } => format!(
            "{serving} runtimes may serve on a host of which the official SDK uses {ports} ports, and it evicts nobody for a \
             port: expect pool.port_exhausted where callers come together; widen runtime_port_range."
        ),
        Warning::MemorylessGaps { tenant, cv } => format!(
            "{tenant}: turn_gap has a coefficient of variation of {cv:.1}; people speak more regularly (about 0.5), and \
             gaps like these hide the cliff where callers outnumber slots."
        ),
        Warning::Cut { tenant, hold_s, grace_s } => format!(
            "{tenant}: calls last {} on average and the grace period is {}: expect many to be hung up (calls_cut).",
            seconds(hold_s.round().max(1.0)),
            seconds(*grace_s)
        ),
        Warning::FewCalls { tenant, calls } => {
            format!("{tenant}: {calls:.1} calls are expected, too few to read a share from.")
        }
        Warning::PartOfTrace { tenant, played, calls, last_s } => format!(
            "{tenant}: {played} of its {calls} recorded calls come within the window; the last comes after {}.",
            seconds(last_s.round())
        ),
        Warning::IdleCores { cores } => format!(
            "[host] has {cores} cores, and nothing under [runtime] says what it computes: write cpu = \"…\" beside a \
             duration, or expect no effect."
        ),
        Warning::UncountedCores => {
            "cpu under [runtime] has no effect without cores under [host], whose processors are \
                                    without limit then."
                .to_owned()
        }
        Warning::Overload { needed, cores } => format!(
            "searches and saves alone need {needed:.1} cores of a host at the peak and it has {cores}: expect them to \
             time out."
        ),
    }
}

/// Seconds as a scenario writes them.
fn seconds(seconds: f64) -> Span {
    Span::from_secs_f64(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, check};

    #[test]
    fn a_scenario_says_what_it_means() {
        let scenario = Scenario::load("scenarios/fundamento.toml").expect("a shipped scenario is well formed");
        insta::assert_snapshot!(text(&check(&scenario)));
    }

    #[test]
    fn a_scenario_by_official_rules_says_what_the_cap_does_not_bound() {
        let text = std::fs::read_to_string("scenarios/python-shop.toml").expect("a shipped scenario can be read");
        let tight = "profile = \"sdk-0.3.2\"\nruntime_port_range = [7878, 7890]\n";
        let text_of = |text: &str| {
            let scenario = Scenario::from_text("scenarios/python-shop.toml".as_ref(), text.to_owned());
            super::text(&check(&scenario.expect("it is well formed")))
        };
        let tight = text.replace("profile = \"sdk-0.3.2\"", tight);
        insta::assert_snapshot!(text_of(&text) + "\n---\n" + &text_of(&tight));
    }

    #[test]
    fn cores_and_computing_that_do_not_go_together_are_told() {
        let warnings =
            [Warning::IdleCores { cores: 8 }, Warning::UncountedCores, Warning::Overload { needed: 9.57, cores: 8 }];
        insta::assert_snapshot!(warnings.iter().map(sentence).collect::<Vec<_>>().join("\n"));
    }
}
