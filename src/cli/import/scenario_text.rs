//! A scenario that plays a trace.

use std::fmt::Write;
use std::path::Path;

use toml_edit::Value;

use crate::base::Span;
use crate::records::{Description, Fit, Records};

/// What is played.
pub(super) struct Played<'r> {
    pub(super) records: &'r Records,
    pub(super) origin_ns: i64,
    /// Where the window ends, if that was said.
    pub(super) to_ns: Option<i64>,
    pub(super) speed: f64,
    pub(super) description: &'r Description,
}

/// The text of a scenario in `file` that plays the calls in `trace`.
pub(super) fn text(played: &Played<'_>, file: &Path, trace: &Path) -> String {
    let name = file.file_stem().map_or_else(|| "calls".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { name } else { format!("calls{name}") };
    let mut text = String::new();
    write_all(&mut text, played, &name, &beside(file, trace)).expect("writing to a string cannot fail");
    text
}

fn write_all(text: &mut String, played: &Played<'_>, name: &str, trace: &str) -> std::fmt::Result {
    let Played { description, records, .. } = played;
    let peak =
        description.load.peak.map_or(String::new(), |peak| format!(" # {} on the line at once, at most", peak.calls));
    writeln!(
        text,
        "# Written by `busyhour import`. Settings are the SDK's defaults: change what your agents are told."
    )?;
    writeln!(text, "name = {}", quoted(name))?;
    writeln!(text, "about = \"What would the callers on record have felt?\"")?;
    writeln!(text, "seed = 1                        # of what the records leave open: turn times, replies, boots")?;
    writeln!(text, "duration = \"{}\"", window(played))?;
    writeln!(text, "grace = \"5m\"")?;
    writeln!(text, "thresholds = [\"budget.met >= 90%\", \"pool.exhausted.rate <= 1%\"]\n")?;
    writeln!(text, "[pool]\nmax_concurrent_users = 20{peak}\nruntime_idle_ttl = \"300s\"")?;
    let named = records.tenants.iter().map(str::to_owned).enumerate();
    let mut tenants: Vec<String> =
        named.filter(|(number, _)| calls_of(records, *number)).map(|(_, name)| name).collect();
    if tenants.is_empty() {
        tenants.push("callers".to_owned());
    }
    for tenant in tenants {
        writeln!(text, "\n[[tenant]]\nname = {}", quoted(&tenant))?;
        writeln!(text, "arrivals = {{ model = \"trace\", file = {} }}", quoted(trace))?;
        writeln!(text, "{}", length(description))?;
        writeln!(text, "turn_gap = {{ dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }}")?;
        writeln!(text, "reply = {{ dist = \"lognormal\", median = \"900ms\", cv = 0.4 }}")?;
    }
    Ok(())
}

fn calls_of(records: &Records, tenant: usize) -> bool {
    records.calls.iter().any(|call| call.tenant.is_some_and(|number| number as usize == tenant))
}

/// What stands in where a record does not say how long the call lasted.
fn length(description: &Description) -> String {
    let fit = description.holds.as_ref().and_then(|holds| holds.fits.first());
    let law = fit.map_or_else(|| "{ dist = \"lognormal\", mean = \"190s\", cv = 1.2 }".to_owned(), law);
    format!("call = {{ length = {law} }} # of calls whose records don't say")
}

/// A law as a scenario writes it.
pub(super) fn law(fit: &Fit) -> String {
    let (name, mean) = (fit.shape.name(), Span::from_ms(Span::from_secs_f64(fit.mean_s).ns() / 1_000_000));
    if fit.shape == crate::records::Shape::Exponential {
        return format!("{{ dist = \"{name}\", mean = \"{mean}\" }}");
    }
    format!("{{ dist = \"{name}\", mean = \"{mean}\", cv = {:.2} }}", fit.cv)
}

/// From the origin to the end that was said, or to the last call.
fn window(played: &Played<'_>) -> Span {
    let last = played.records.calls.iter().map(|call| call.answered_ns() + 1).max().unwrap_or(1);
    let end = played.to_ns.unwrap_or(last);
    let seconds = (end - played.origin_ns).max(1) as f64 / 1e9 / played.speed;
    Span::from_secs_f64(seconds.ceil())
}

/// The trace as seen from the scenario's folder: its name where they stand side by side, else its full path.
fn beside(scenario: &Path, trace: &Path) -> String {
    let full = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (scenario, trace) = (full(scenario), full(trace));
    match trace.file_name() {
        Some(name) if trace.parent() == scenario.parent() => name.to_string_lossy().into_owned(),
        _ => trace.display().to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
