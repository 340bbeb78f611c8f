//! Which share of the turns finds a live runtime, by cap and idle TTL.

use schemars::JsonSchema;
use serde::Serialize;

use super::PlanArguments;
use crate::base::Span;
use crate::cli::arguments::Format;
use crate::cli::{Failure, print};
use crate::plan::{Surface, surface, usual_caps};
use crate::scenario::{Lease, Scenario, Tenant};

/// Prints the surface.
pub(super) fn show(scenario: &Scenario, arguments: &PlanArguments) -> Result<u8, Failure> {
    let shown = Shown::of(scenario, arguments);
    print(&match arguments.format {
        Format::Text => shown.text(scenario),
        Format::Json => serde_json::to_string_pretty(&shown).expect("shares are JSON") + "\n",
    })?;
    Ok(0)
}

/// Which share of the turns finds a live runtime, by cap and idle TTL.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Surface")]
struct Shown<'s> {
    /// Name and version of this shape.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The scenario's name.
    scenario: &'s str,
    /// Of its calls.
    seed: u64,
    /// Of all tenants together, where there are several, and of each.
    tables: Vec<Table>,
}

/// The shares of a tenant, or of all together.
#[derive(Serialize, JsonSchema)]
struct Table {
    /// Whose; absent where of all together.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    /// Each with its own cap.
    pools: u32,
    /// What is counted: with a lease for each call, calls.
    counted: &'static str,
    /// How many there were.
    turns: u64,
    /// With fewer slots somebody is refused, and shares say nothing.
    peak_busy: u32,
    /// Beyond it nothing is gained.
    largest_cap: u32,
    /// Idle TTLs in seconds, ascending.
    ttls_s: Vec<f64>,
    /// A cap each, ascending.
    rows: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
struct Row {
    /// `max_concurrent_users`.
    cap: u32,
    /// By TTL; absent where there were no turns.
    reuse_share: Vec<Option<f64>>,
}

impl Table {
    fn of(tenant: Option<&String>, (pools, counted): (u32, &'static str), surface: &Surface, caps: &[u32]) -> Self {
        let row = |cap: &u32| Row {
            cap: *cap,
            reuse_share: surface.ttls().iter().map(|ttl| surface.reuse_share(*cap, *ttl)).collect(),
        };
        Self {
            tenant: tenant.cloned(),
            pools,
            counted,
            turns: surface.turns(),
            peak_busy: surface.peak_busy(),
            largest_cap: surface.largest_cap(),
            ttls_s: surface.ttls().iter().map(|ttl| ttl.secs_f64()).collect(),
            rows: caps.iter().map(row).collect(),
        }
    }

    fn lines(&self) -> Vec<String> {
        let whose = self.tenant.as_deref().unwrap_or("all tenants");
        let pools = if self.pools == 1 { "one pool".to_owned() } else { format!("{} pools", self.pools) };
        let head = self.ttls_s.iter().fold(format!("{:>6}", "cap"), |line, ttl| line + &format!("{:>9}", short(*ttl)));
        let rows = self.rows.iter().map(|row| {
            let mark = if row.cap < self.peak_busy { "!" } else { "" };
            let share = |share: &Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.1} %", 100.0 * share));
            row.reuse_share.iter().fold(format!("{:>6}", format!("{mark}{}", row.cap)), |line, found| {
                line + &format!("{:>9}", share(found))
            })
        });
        [
            format!(
                "{whose}: {} {} on {pools}; nothing is gained beyond a cap of {}",
                self.turns, self.counted, self.largest_cap
            ),
            head,
        ]
        .into_iter()
        .chain(rows)
        .collect()
    }
}

impl<'s> Shown<'s> {
    fn of(scenario: &'s Scenario, arguments: &PlanArguments) -> Self {
        let ttls =
            if arguments.ttls.is_empty() { usual_ttls(scenario.pool.runtime_idle_ttl) } else { arguments.ttls.clone() };
        let (tenants, all) = surface(scenario, &ttls);
        let caps = if arguments.caps.is_empty() {
            let own = scenario.pool.max_concurrent_users;
            sorted(usual_caps(all.largest_cap()).chain([own]).collect())
        } else {
            sorted(arguments.caps.clone())
        };
        let mut tables: Vec<Table> = tenants
            .iter()
            .zip(&scenario.tenants)
            .map(|(tenant, Tenant { lease, .. })| {
                Table::of(Some(&tenant.name), (tenant.workers.into(), counted(*lease)), &tenant.surface, &caps)
            })
            .collect();
        if tables.len() > 1 {
            let pools = tables.iter().map(|table| table.pools).sum();
            let same = tables.windows(2).all(|pair| pair[0].counted == pair[1].counted);
            let counted = if same { tables[0].counted } else { "turns and calls" };
            tables.insert(0, Table::of(None, (pools, counted), &all, &caps));
        }
        Shown { schema: SCHEMA, scenario: &scenario.name, seed: scenario.seed, tables }
    }
}

impl Shown<'_> {
    fn text(&self, scenario: &Scenario) -> String {
        let pool = &scenario.pool;
        let mut lines = vec![
            format!(
                "{}: share of turns that find a live runtime, by cap and idle TTL (seed {})",
                self.scenario, self.seed
            ),
            format!("The scenario has a cap of {} and a TTL of {}.", pool.max_concurrent_users, pool.runtime_idle_ttl),
        ];
        for table in &self.tables {
            lines.push(String::new());
            lines.extend(table.lines());
        }
        if self.tables.iter().any(|table| table.rows.iter().any(|row| row.cap < table.peak_busy)) {
            lines.push(
                "\n! fewer slots than leases held at once: calls are refused, and the share says nothing".to_owned(),
            );
        }
        lines.push("\nExact where boots take no time; a simulation says what they change: busyhour sim".to_owned());
        lines.join("\n") + "\n"
    }
}

/// What takes a lease.
fn counted(lease: Lease) -> &'static str {
    match lease {
        Lease::Turn => "turns",
        Lease::Call => "calls",
    }
}

/// A TTL that fits a column.
fn short(seconds: f64) -> String {
    Span::from_secs_f64(seconds).to_string().replace(' ', "")
}

/// Half a minute to a day, the scenario's own among them.
fn usual_ttls(own: Span) -> Vec<Span> {
    let mut ttls = [30, 60, 300, 900, 3600, 86_400].map(Span::from_secs).to_vec();
    ttls.push(own);
    ttls.sort_unstable();
    ttls.dedup();
    ttls
}

fn sorted(mut caps: Vec<u32>) -> Vec<u32> {
    caps.sort_unstable();
    caps.dedup();
    caps
}

const SCHEMA: &str = "busyhour.surface/1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_this_code_and_a_surface_fits_it() {
        let schema = schemars::schema_for!(Shown<'_>);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if include_str!("../../../reports/surface.schema.json") != text {
            std::fs::write(SCHEMA_PATH, text).unwrap();
            panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
        }
        let scenario = Scenario::load("scenarios/fundamento.toml").expect("a shipped scenario is well formed");
        let typed = ["plan", "scenarios/fundamento.toml", "--surface"].map(str::to_owned);
        let mut document = serde_json::to_value(Shown::of(&scenario, &PlanArguments::typed(typed))).unwrap();
        let validator = jsonschema::validator_for(&serde_json::to_value(&schema).unwrap()).unwrap();
        assert!(validator.is_valid(&document));
        document["schema"] = "busyhour.plan/1".into();
        assert!(!validator.is_valid(&document));
    }

    const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/surface.schema.json");

    fn shown(scenario: &str, caps: &[u32], ttls_s: &[u64]) -> String {
        let listed = |values: Vec<String>, flag: &str| {
            if values.is_empty() { Vec::new() } else { vec![flag.to_owned(), values.join(",")] }
        };
        let caps = listed(caps.iter().map(u32::to_string).collect(), "--caps");
        let ttls = listed(ttls_s.iter().map(|ttl| format!("{ttl}s")).collect(), "--ttls");
        let typed = ["plan", scenario, "--surface"].map(str::to_owned).into_iter().chain(caps).chain(ttls);
        let arguments = PlanArguments::typed(typed);
        let scenario = Scenario::load(scenario).expect("a shipped scenario is well formed");
        Shown::of(&scenario, &arguments).text(&scenario)
    }

    #[test]
    fn a_surface_is_a_table_of_caps_and_ttls() {
        insta::assert_snapshot!(shown("scenarios/thrash.toml", &[24, 16, 20, 25], &[60, 300]));
    }

    #[test]
    fn tenants_have_tables_of_their_own_and_caps_that_refuse_calls_are_marked() {
        insta::assert_snapshot!(shown("scenarios/fundamento.toml", &[], &[300]));
        assert!(shown("scenarios/exhaustion.toml", &[1, 40], &[300]).contains("    !1"));
    }
}
