//! A plan in words: for the terminal and for the page alike.

use super::inert::inert;
use super::words;
use crate::measure::{Dimension, Standing, Threshold};
use crate::plan::{
    Advice, Binding, Cliff, CrossCheck, FewestWorkers, LongerTtl, Margin, Payoff, Plan, ShorterTtl, Shortfall,
};

/// What follows the first word, and why, a sentence each.
pub(super) fn answer(plan: &Plan) -> (String, Vec<String>) {
    match &plan.advice {
        Advice::Take { cap, plays, beside_loss_system, one_less, workers, .. } => {
            let headline = format!(
                "max_concurrent_users = {}: the smallest that surely keeps all thresholds.",
                words::count((*cap).into())
            );
            let beside = if *beside_loss_system { ", beside a loss system of the same calls" } else { "" };
            let mut why = vec![format!("Judged by {} plays with different seeds{beside}.", words::count(*plays))];
            why.extend(one_less.iter().map(|short| format!("With {}, {}.", cap - 1, sentence(short))));
            why.extend(workers.iter().flat_map(|workers| fewest_words(workers, *cap)));
            (headline, why)
        }
        Advice::Impossible { binding, largest, shortfalls, needed, needed_bytes, workers, longer_ttl } => {
            let mut why = vec![obstacle(*binding, *largest)];
            why.extend(shortfalls.iter().map(|short| format!("There, {}.", sentence(short))));
            why.extend(needed.map(|cap| {
                let memory = needed_bytes.map(|bytes| format!(", {} on the fullest host", bytes_of(bytes)));
                format!("A cap of {} would do{}.", words::count(cap.into()), memory.unwrap_or_default())
            }));
            why.extend(workers.iter().map(more_words));
            why.extend(longer_ttl.iter().map(|LongerTtl { idle_ttl_s, cap }| {
                format!("A longer idle TTL would do: {idle_ttl_s:.0} s, with a cap of {}.", words::count((*cap).into()))
            }));
            ("that is allowed carries this traffic.".to_owned(), why)
        }
    }
}

/// Whether fewer workers would do.
fn fewest_words(fewest: &FewestWorkers, cap: u32) -> Vec<String> {
    let FewestWorkers { workers, instead_of, slots, slots_instead_of, one_less, .. } = fewest;
    let why = one_less.iter().map(|short| format!("With {}, {}.", counted_workers(workers - 1), sentence(short)));
    let said = if workers == instead_of {
        format!("{} a tenant are the fewest that do.", counted_workers(*workers))
    } else {
        let one = if *workers == 1 { "One worker a tenant is enough" } else { "Fewer workers are enough" };
        format!(
            "{one}: {} of a cap of {} instead of {} of {cap}, {} slots in all{}.",
            counted_workers(*workers),
            fewest.cap,
            counted_workers(*instead_of),
            words::count(*slots),
            slots_instead_of.map(|slots| format!(" instead of {}", words::count(slots))).unwrap_or_default()
        )
    };
    [said].into_iter().chain(why).collect()
}

/// Which workers more would do.
fn more_words(more: &FewestWorkers) -> String {
    let FewestWorkers { workers, instead_of, cap, slots, memory_bytes, .. } = more;
    let memory = memory_bytes.map(|bytes| format!(", {} on the fullest host", bytes_of(bytes)));
    format!(
        "More workers would do, as they reach more hosts: {} a tenant instead of {}, each of a cap of {cap}, {} slots in all{}.",
        counted_workers(*workers),
        words::count((*instead_of).into()),
        words::count(*slots),
        memory.unwrap_or_default()
    )
}

fn counted_workers(workers: u16) -> String {
    if workers == 1 { "1 worker".to_owned() } else { format!("{} workers", words::count(workers.into())) }
}

fn obstacle(binding: Binding, largest: u32) -> String {
    let slots = words::count(largest.into());
    match binding {
        Binding::Memory if largest == 0 => "Memory has no room for a single runtime of each worker.".to_owned(),
        Binding::Memory => format!("Memory allows a cap of {slots} at most."),
        Binding::Ports => format!("The ports of a host allow a cap of {slots} at most."),
        Binding::NotTheCap => format!("More slots would not help: with {slots} nobody needs another."),
    }
}

/// What of a threshold does not hold, with the limit beside it.
fn sentence(short: &Shortfall) -> String {
    let threshold = Threshold::parse(&short.expression).ok();
    let dimension = threshold.as_ref().map_or(Dimension::Number, Threshold::dimension);
    let figure = inert(threshold.as_ref().map_or(short.expression.as_str(), Threshold::figure), WIDTH);
    let demand = inert(&threshold.as_ref().map(Threshold::demand).unwrap_or_default(), WIDTH);
    let shown = |value: f64| words::beside(value, short.limit, dimension);
    if let Some(reason) = &short.reason {
        return format!("{figure} could not be evaluated ({})", inert(reason, WIDTH));
    }
    let (Some(mean), Some(low), Some(high)) = (short.mean, short.low, short.high) else {
        return format!("{figure} was not observed in every play");
    };
    // An interval knows nothing of what there can be.
    let (low, high) = (low.max(0.0), if dimension == Dimension::Share { high.min(1.0) } else { high });
    let interval = format!("{figure} is {} ({} to {})", shown(mean), shown(low), shown(high));
    match short.standing {
        Standing::Undecided => format!("{interval}, too near to {demand} to tell"),
        Standing::Fails | Standing::Holds => format!("{interval}, not {demand}"),
    }
}

/// What makes the answer doubtful.
pub(super) fn doubts(plan: &Plan) -> Vec<String> {
    let mut doubts = Vec::new();
    if !plan.worse_above.is_empty() {
        let caps: Vec<String> = plan.worse_above.iter().map(u32::to_string).collect();
        doubts.push(format!("careful: more is not always better, a cap of {} breaks a threshold", caps.join(", ")));
    }
    let by_recalls = plan.thresholds.iter().any(|expression| expression.contains("pool.exhausted.rate"));
    if by_recalls && plan.cross_check.iter().any(|check| check.applies && check.turns_per_call > SEVERAL_TURNS) {
        doubts.push(
            "careful: pool.exhausted.rate is counted among recalls, and a call that is refused is one of them where others \
             have many; calls_shed.rate is the share of calls that are refused"
                .to_owned(),
        );
    }
    if plan.cross_check.iter().any(|check| check.recorded) {
        doubts.push(
            "careful: every play has the calls of the records, so intervals say nothing of how days differ; --vary \
             growth=1.2x asks for a busier one"
                .to_owned(),
        );
    }
    for CrossCheck { tenant, memoryless_gap_cv, .. } in &plan.cross_check {
        doubts.extend(memoryless_gap_cv.map(|cv| {
            format!(
                "careful: {}'s turn_gap has a CV of {cv:.2}; people speak more evenly, and evenly is harder for a pool: a \
                 memoryless gap hides the cliff, measure yours",
                inert(tenant, 40)
            )
        }));
    }
    doubts
}

pub(super) fn margin_words(margin: &Margin) -> String {
    let growth = format!("{:.2} times the traffic", margin.growth);
    if margin.at_least {
        return format!("carries {growth} at least");
    }
    let first: Vec<String> = margin.breaks_first.iter().map(|expression| inert(expression, WIDTH)).collect();
    format!("carries {growth}; beyond that {} breaks first", first.join(" and "))
}

pub(super) fn cliff_words(cliff: &Cliff) -> String {
    let Cliff { edge, above, foot, below } = cliff;
    let (above, below) = (words::share(*above), words::share(*below));
    format!("{above} of the recalls are within the budget with {edge} slots, {below} with {foot}")
}

pub(super) fn ttl_words(ttl: &ShorterTtl) -> String {
    let ShorterTtl { idle_ttl_s, runtimes, instead_of } = ttl;
    format!("{idle_ttl_s:.0} s would do, too: {runtimes:.1} runtimes on average instead of {instead_of:.1}")
}

pub(super) fn theory_words(check: &CrossCheck) -> String {
    let CrossCheck { tenant, erlangs_per_worker, erlang_b, applies, .. } = check;
    let offered = format!("{} offers a worker {erlangs_per_worker:.2} Erlangs", inert(tenant, 40));
    if *applies {
        let refused = words::share(*erlang_b);
        return format!("{offered}; Erlang B refuses {refused} of them (Poisson calls, distinct callers, no boots)");
    }
    format!(
        "{offered}; leases end before calls do, so Erlang B does not apply: who comes back may find his runtime gone"
    )
}

/// In the units of who buys memory.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
pub(super) fn bytes_of(bytes: u64) -> String {
    match bytes {
        0..1_000_000_000 => format!("{:.0} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// What a lever brings.
pub(super) fn brings(payoff: &Payoff) -> String {
    let Payoff { value, instead_of, slots_ratio, budget_gain, also_hold, .. } = payoff;
    let (value, first) = (inert(value, 12), inert(instead_of, 12));
    let slots = match slots_ratio {
        Some(ratio) if *ratio < 0.995 => {
            format!("{value} takes {} fewer slots than {first}", words::share(1.0 - ratio))
        }
        Some(ratio) if *ratio > 1.005 => format!("{value} takes {ratio:.2} times the slots of {first}"),
        Some(_) => format!("{value} takes as many slots as {first}"),
        None if *also_hold == 0 => format!("nothing that holds with both {value} and {first}"),
        None => format!("{value} holds where {first} does not"),
    };
    let budget = match budget_gain {
        Some(gain) if *gain >= 5e-4 => format!("; {:.1} pp more in budget", 100.0 * gain),
        Some(gain) if *gain <= -5e-4 => format!("; {:.1} pp fewer in budget", -100.0 * gain),
        _ => String::new(),
    };
    let more = match (also_hold, slots_ratio) {
        (1.., Some(_)) => format!("; {also_hold} more hold"),
        _ => String::new(),
    };
    slots + &budget + &more
}

/// For the Python client and for a scenario file; nothing where there is nothing to set.
pub(super) fn settings(plan: &Plan) -> Vec<String> {
    let Advice::Take { cap, ports: (first, last), idle_ttl_s, .. } = plan.advice else { return Vec::new() };
    let ttl = idle_ttl_s.round();
    // The SDK never uses the last port of its range.
    let beyond = u32::from(last) + 1;
    vec![
        "for the Python client (one a worker; a host's workers share the port range)".to_owned(),
        format!("  MemoAirVoiceClient(max_concurrent_users={cap}, runtime_idle_ttl_s={ttl},"),
        format!("                     runtime_port_range=({first}, {beyond}), ...)"),
        String::new(),
        "for a scenario file".to_owned(),
        "  [pool]".to_owned(),
        format!("  max_concurrent_users = {cap}"),
        format!("  runtime_idle_ttl = \"{ttl}s\""),
        format!("  runtime_port_range = [{first}, {last}]"),
    ]
}

const WIDTH: usize = 80;
/// From there on shares of calls and of recalls are not the same.
const SEVERAL_TURNS: f64 = 1.5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture::planned;
    use crate::report::terminal::{Style, plan as on_the_terminal};

    fn fewest(workers: u16, instead_of: u16, one_less: Vec<Shortfall>) -> FewestWorkers {
        let slots = 20 * u64::from(workers);
        FewestWorkers { workers, instead_of, cap: 20, slots, slots_instead_of: Some(27), memory_bytes: None, one_less }
    }

    #[test]
    fn refusals_that_are_counted_among_recalls_are_told_where_calls_have_several() {
        let mut plan = planned("acme", "pool.exhausted.rate <= 1%");
        let warned = |plan: &Plan| doubts(plan).iter().any(|doubt| doubt.contains("calls_shed.rate"));
        assert!(!warned(&plan), "leases are held for a turn");
        plan.cross_check[0].applies = true;
        assert!(warned(&plan));
        plan.cross_check[0].turns_per_call = 1.0;
        assert!(!warned(&plan));
        plan.cross_check[0].turns_per_call = 25.0;
        plan.thresholds = vec!["calls_shed.rate <= 1%".to_owned()];
        assert!(!warned(&plan));
    }

    /// What both the terminal and the page say where these are the fewest workers.
    fn told(threshold: &str, fewest: &FewestWorkers) -> String {
        let mut plan = planned("acme", threshold);
        let (Advice::Take { workers, .. } | Advice::Impossible { workers, .. }) = &mut plan.advice;
        *workers = Some(fewest.clone());
        let why = answer(&plan).1;
        let (text, page) = (on_the_terminal(&plan, Style::default()), crate::report::plan_html(&plan, None));
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in &why {
            assert!(flat.contains(sentence), "{sentence}: {text}");
            assert!(page.contains(&sentence.replace('<', "&lt;").replace('>', "&gt;")), "{sentence}: {page}");
        }
        why.join(" ")
    }

    #[test]
    fn workers_are_told_on_the_terminal_and_on_the_page_where_another_number_would_do() {
        let Advice::Impossible { shortfalls, .. } = planned("acme", "budget.met >= 100%").advice else {
            panic!("no pool does that")
        };
        let enough = told("budget.met >= 60%", &fewest(1, 3, Vec::new()));
        assert!(
            enough.contains("One worker a tenant is enough: 1 worker of a cap of 20 instead of 3 workers of"),
            "{enough}"
        );
        let needed = told("budget.met >= 60%", &fewest(3, 3, shortfalls));
        assert!(
            needed.contains("3 workers a tenant are the fewest that do. With 2 workers, budget.met is"),
            "{needed}"
        );
        let more = told("calls < 0", &fewest(4, 1, Vec::new()));
        assert!(
            more.contains("reach more hosts: 4 workers a tenant instead of 1, each of a cap of 20, 80 slots"),
            "{more}"
        );
    }
}
