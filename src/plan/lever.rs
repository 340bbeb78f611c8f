//! What can be varied, and the values it takes.

use thiserror::Error;

use super::bounds::Bounds;
use crate::base::Span;
use crate::scenario::{Change, Eviction, Lease, Newcomers, Prewarm, Profile, Scenario};
use crate::workload::Trace;

/// A setting, and the values it takes in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    pub(super) name: &'static str,
    /// As typed, and what that means.
    pub(super) values: Vec<(String, Change)>,
}

/// Why something cannot be varied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LeverError {
    /// Not of the form.
    #[error("`{given}` is no variation; write for example `workers=1,2,4`")]
    Form {
        /// As typed.
        given: String,
    },
    /// There is no such lever.
    #[error("`{name}` cannot be varied; these can: {known}")]
    Unknown {
        /// As typed.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The lever has no such value.
    #[error("`{value}` is no value of `{name}`; write {expected}")]
    Value {
        /// Whose.
        name: &'static str,
        /// As typed.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// The same value twice.
    #[error("`{value}` stands in `{name}` twice; write each value once")]
    Twice {
        /// Whose.
        name: &'static str,
        /// As typed.
        value: String,
    },
    /// The same lever twice.
    #[error("`{name}` is varied twice; write all its values after one `{name}=`")]
    Repeated {
        /// Which.
        name: &'static str,
    },
    /// Nobody would read so many rows, or wait for them.
    #[error("{rows} combinations are more than the {MOST_ROWS} that are answered; vary fewer levers at once")]
    TooMany {
        /// As many as there would be.
        rows: usize,
    },
    /// No pool can be so large.
    #[error(
        "`cap={cap}` cannot be: a host has ports for {largest} runtimes of each worker at most; write a smaller cap"
    )]
    Ports {
        /// As typed.
        cap: u32,
        /// The largest there can be.
        largest: u32,
    },
    /// An official SDK has no such policy.
    #[error(
        "`{name}={value}` is a policy of our own pool, and pools are to follow the rules of `{profile}`; leave one of them out"
    )]
    OwnPolicy {
        /// Which lever.
        name: &'static str,
        /// As typed.
        value: String,
        /// Whose rules they follow.
        profile: Profile,
    },
    /// Nobody knows for how long phones rang.
    #[error(
        "`prewarm=ring` needs call records that say for how long the phone rang; write how long, as in `prewarm=6s`"
    )]
    Ringing,
}

impl Lever {
    /// Reads `workers=1,2,4`.
    pub fn parse(given: &str) -> Result<Self, LeverError> {
        let (name, values) = given.split_once('=').ok_or_else(|| LeverError::Form { given: given.to_owned() })?;
        let unknown = || LeverError::Unknown { name: name.to_owned(), known: KNOWN.map(|(name, _)| name).join(", ") };
        let (name, expected) = KNOWN.into_iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        let value = |value: &str| {
            let change = change(name, value.trim());
            let change = change.ok_or_else(|| LeverError::Value { name, value: value.to_owned(), expected })?;
            Ok((value.trim().to_owned(), change))
        };
        let values = values.split(',').map(value).collect::<Result<Vec<_>, LeverError>>()?;
        match values.iter().enumerate().find(|(number, (_, change))| values[..*number].iter().any(|(_, c)| c == change))
        {
            Some((_, (value, _))) => Err(LeverError::Twice { name, value: value.clone() }),
            None => Ok(Self { name, values }),
        }
    }

    /// Whether these levers make sense together, and for this scenario.
    pub fn check(levers: &[Self], scenario: &Scenario) -> Result<(), LeverError> {
        for (number, lever) in levers.iter().enumerate() {
            if levers[..number].iter().any(|before| before.name == lever.name) {
                return Err(LeverError::Repeated { name: lever.name });
            }
        }
        let rows = levers.iter().fold(1_usize, |rows, lever| rows.saturating_mul(lever.values.len()));
        if rows > MOST_ROWS {
            return Err(LeverError::TooMany { rows });
        }
        Self::own_policies_are_of_our_own_pool(levers, scenario)?;
        let rings = scenario.traffic.tenants.iter().filter_map(|tenant| tenant.arrivals.trace());
        let known = rings.flat_map(Trace::calls).any(|call| call.ringing > Span::ZERO);
        let values = |name: &'static str| levers.iter().filter(move |lever| lever.name == name).flat_map(|l| &l.values);
        if !known && values("prewarm").any(|(_, change)| *change == Change::Prewarm(Prewarm::Recorded)) {
            return Err(LeverError::Ringing);
        }
        let fewest = values("workers").fold(scenario.clone(), |fewest, (_, change)| {
            let with = scenario.changed(&[*change]);
            if with.workers_on_a_host() < fewest.workers_on_a_host() { with } else { fewest }
        });
        let largest = Bounds::of(&fewest, &super::Limits::default()).by_ports;
        for (_, change) in values("cap") {
            if let Change::Cap(cap) = *change
                && cap > largest
            {
                return Err(LeverError::Ports { cap, largest });
            }
        }
        Ok(())
    }
}

impl Lever {
    fn own_policies_are_of_our_own_pool(levers: &[Self], scenario: &Scenario) -> Result<(), LeverError> {
        let changes = || levers.iter().flat_map(|lever| lever.values.iter().map(|value| (lever.name, value)));
        let varied = changes().filter_map(|(_, (_, change))| match change {
            Change::Profile(profile) => Some(*profile),
            _ => None,
        });
        let official = varied.chain([scenario.profile]).find(|profile| *profile != Profile::Builtin);
        let own = changes().find(|(_, (_, change))| change.is_experimental());
        match (official, own) {
            (Some(profile), Some((name, (value, _)))) => {
                Err(LeverError::OwnPolicy { name, value: value.clone(), profile })
            }
            _ => Ok(()),
        }
    }
}

fn change(name: &str, value: &str) -> Option<Change> {
    match name {
        "lease" => match value {
            "turn" => Some(Change::Lease(Lease::Turn)),
            "call" => Some(Change::Lease(Lease::Call)),
            _ => None,
        },
        "workers" => value.parse().ok().filter(|workers| *workers > 0).map(Change::Workers),
        "cap" => value.parse().ok().filter(|cap| *cap > 0).map(Change::Cap),
        "ttl" => span(value).map(Change::IdleTtl),
        "growth" => value.strip_suffix('x').unwrap_or(value).parse().ok().and_then(factor).map(Change::Growth),
        "boot" => match value.strip_suffix('x') {
            Some(times) => times.parse().ok().and_then(factor).map(Change::BootTimes),
            None => span(value).map(Change::Boot),
        },
        "profile" => Profile::ALL.into_iter().find(|profile| profile.name() == value).map(Change::Profile),
        "evict" => match value {
            "lru" => Some(Change::Evict(Eviction::Lru)),
            "gdsf" => Some(Change::Evict(Eviction::Gdsf)),
            _ => None,
        },
        "newcomer" => match value {
            "evict" => Some(Change::Newcomers(Newcomers::Evict)),
            "refuse" => Some(Change::Newcomers(Newcomers::Refuse)),
            _ => None,
        },
        _ => match value {
            "off" => Some(Change::Prewarm(Prewarm::Never)),
            "ring" => Some(Change::Prewarm(Prewarm::Recorded)),
            before => span(before).map(|ringing| Change::Prewarm(Prewarm::Before(ringing))),
        },
    }
}

/// A duration of more than nothing and at most a year.
fn span(value: &str) -> Option<Span> {
    let seconds = humantime::parse_duration(value).ok()?.as_secs_f64();
    (seconds > 0.0 && seconds <= YEAR_S).then(|| Span::from_secs_f64(seconds))
}

/// More than nothing, and not so much that nobody would wait for the answer.
fn factor(value: f64) -> Option<f64> {
    (value > 0.0 && value <= MOST_TIMES).then_some(value)
}

const MOST_ROWS: usize = 256;
const YEAR_S: f64 = 365.0 * 86_400.0;
const MOST_TIMES: f64 = 1_000.0;

/// Levers, and what they take. The last three are experimental: the SDK has no such policy.
const KNOWN: [(&str, &str); 10] = [
    ("lease", "`turn` or `call`"),
    ("workers", "a number such as 2"),
    ("cap", "a number such as 64"),
    ("ttl", "a duration such as 120s"),
    ("growth", "a factor such as 1.5x, 1000x at most"),
    ("boot", "a duration such as 200ms, or a factor such as 0.5x"),
    ("profile", "`builtin` or `sdk-0.3.2`"),
    ("evict", "`lru` or `gdsf`"),
    ("newcomer", "`evict` or `refuse`"),
    ("prewarm", "`off`, `ring` or a duration such as 6s"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levers_are_read_as_they_are_meant() {
        let lever = Lever::parse("growth=1x, 1.5x,2").unwrap();
        let values: Vec<Change> = lever.values.iter().map(|(_, change)| *change).collect();
        assert_eq!(values, [1.0, 1.5, 2.0].map(Change::Growth));
        for (given, meant) in [
            ("ttl=2m", Change::IdleTtl(Span::from_secs(120))),
            ("boot=200ms", Change::Boot(Span::from_ms(200))),
            ("boot=0.5x", Change::BootTimes(0.5)),
            ("profile=sdk-0.3.2", Change::Profile(Profile::Sdk0_3_2)),
            ("evict=gdsf", Change::Evict(Eviction::Gdsf)),
            ("newcomer=refuse", Change::Newcomers(Newcomers::Refuse)),
            ("prewarm=ring", Change::Prewarm(Prewarm::Recorded)),
            ("prewarm=6s", Change::Prewarm(Prewarm::Before(Span::from_secs(6)))),
        ] {
            assert_eq!(Lever::parse(given).unwrap().values[0].1, meant);
        }
    }

    #[test]
    fn policies_of_our_own_go_with_our_own_rules_only() {
        let ours = Scenario::load("scenarios/thrash.toml").unwrap();
        let official = Scenario { profile: Profile::Sdk0_3_2, ..ours.clone() };
        let check = |levers: &[&str], scenario| {
            let levers: Vec<Lever> = levers.iter().map(|lever| Lever::parse(lever).unwrap()).collect();
            Lever::check(&levers, scenario)
        };
        assert_eq!(check(&["evict=gdsf", "profile=builtin"], &ours), Ok(()));
        assert_eq!(check(&["evict=lru", "profile=builtin,sdk-0.3.2"], &official), Ok(()));
        let refused = LeverError::OwnPolicy { name: "evict", value: "gdsf".to_owned(), profile: Profile::Sdk0_3_2 };
        assert_eq!(check(&["evict=lru,gdsf"], &official), Err(refused.clone()));
        assert_eq!(check(&["profile=builtin,sdk-0.3.2", "evict=gdsf"], &ours), Err(refused));
    }

    #[test]
    fn what_is_no_lever_is_told_with_what_would_be() {
        for (given, wanted) in [
            ("workers", "write for example `workers=1,2,4`"),
            ("moon=full", "these can: lease, workers, cap, ttl, growth, boot, profile, evict, newcomer, prewarm"),
            ("workers=", "`` is no value of `workers`"),
            ("workers=1,2,01", "`01` stands in `workers` twice"),
            ("ttl=0s", "a duration such as 120s"),
            ("ttl=999years", "a duration such as 120s"),
            ("boot=never", "a duration such as 200ms, or a factor"),
            ("boot=0x", "a duration such as 200ms, or a factor"),
            ("growth=inf", "a factor such as 1.5x"),
            ("profile=sdk", "`builtin` or `sdk-0.3.2`"),
            ("evict=random", "`lru` or `gdsf`"),
            ("newcomer=thrash", "`evict` or `refuse`"),
            ("prewarm=soon", "`off`, `ring` or a duration"),
            ("lease=day", "write `turn` or `call`"),
            ("workers=0", "a number such as 2"),
            ("growth=-1x", "a factor such as 1.5x"),
        ] {
            let error = Lever::parse(given).unwrap_err().to_string();
            assert!(error.contains(wanted), "{given}: {error}");
        }
    }
}
