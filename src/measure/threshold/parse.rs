//! From text to a threshold, or to an error that points at the place.

use super::catalogue::{metric_named, metric_names};
use super::metric::{Metric, Statistic};
use super::subject::{Reading, Subject, Whose};
use super::{Operator, Threshold, ThresholdError, value};

/// Reads `metric[.stat] op value`.
pub(super) fn threshold(expression: &str) -> Result<Threshold, ThresholdError> {
    let (figure, symbol, limit) = split(expression).ok_or_else(|| {
        error_at(expression, end_of(expression), "nothing is compared; write `figure <= limit`".into())
    })?;
    let operator = operator(expression, symbol)?;
    let subject = subject(expression, figure)?;
    let limit = value::limit(expression, figure, subject.dimension(), limit)?;
    Ok(Threshold { expression: expression.to_owned(), subject, operator, limit, aborts_after: None })
}

/// Figure, operator and limit. The last operator counts: a limit holds none, but a tenant's name may.
pub(super) fn split(expression: &str) -> Option<(&str, &str, &str)> {
    let end = expression.rfind(OPERATOR_SIGNS)? + 1;
    let start = expression[..end].trim_end_matches(OPERATOR_SIGNS).len();
    Some((expression[..start].trim(), &expression[start..end], expression[end..].trim()))
}

/// An error about `part`, which is a slice of `expression`.
pub(super) fn error_at(expression: &str, part: &str, message: String) -> ThresholdError {
    let offset = part.as_ptr().addr().saturating_sub(expression.as_ptr().addr());
    ThresholdError { message, offset, length: part.len(), suggestion: None }
}

/// An error about the tenant that an expression names first.
pub(super) fn unknown_tenant<'n>(
    expression: &str,
    tenant: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> ThresholdError {
    unknown_name(expression, (TENANT, "tenant", tenant), known)
}

/// An error about the phase that an expression names.
pub(super) fn unknown_phase<'n>(
    expression: &str,
    phase: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> ThresholdError {
    unknown_name(expression, (PHASE, "phase", phase), known)
}

fn unknown_name<'n>(
    expression: &str,
    (prefix, noun, name): (&str, &str, &str),
    known: impl IntoIterator<Item = &'n str>,
) -> ThresholdError {
    let offset = expression.find(prefix).expect("it was read from there") + prefix.len();
    let part = &expression[offset..offset + name.len()];
    let known: Vec<&str> = known.into_iter().collect();
    let suggestion = nearest(name, known.iter().copied());
    let remedy = match &known[..] {
        _ if suggestion.is_some() => String::new(),
        [] => "; the scenario has none".to_owned(),
        known => {
            let some: Vec<String> = known.iter().take(MOST_NAMED).map(|known| format!("`{known}`")).collect();
            let more = if known.len() > MOST_NAMED { ", …" } else { "" };
            format!("; there is {}{more}", some.join(", "))
        }
    };
    ThresholdError { suggestion, ..error_at(expression, part, format!("there is no {noun} `{name}`{remedy}")) }
}

fn operator(expression: &str, symbol: &str) -> Result<Operator, ThresholdError> {
    if let Some(parted) = parted(expression, symbol) {
        let meant: String = parted.split_whitespace().collect();
        let error = error_at(expression, parted, format!("`{parted}` is no comparison"));
        return Err(ThresholdError { suggestion: Some(meant), ..error });
    }
    let meant = match symbol {
        "=>" => ">=",
        "=<" => "<=",
        "=" | "===" => "==",
        "!" | "<>" => "!=",
        _ => "",
    };
    let remedy = if meant.is_empty() { "; write one of <=, <, >=, >, == and !=" } else { "" };
    Operator::ALL.into_iter().find(|operator| operator.symbol() == symbol).ok_or_else(|| ThresholdError {
        suggestion: (!meant.is_empty()).then(|| meant.to_owned()),
        ..error_at(expression, symbol, format!("`{symbol}` is no comparison{remedy}"))
    })
}

/// An operator in two parts: `< =`.
fn parted<'e>(expression: &'e str, symbol: &str) -> Option<&'e str> {
    let end = symbol.as_ptr().addr() - expression.as_ptr().addr() + symbol.len();
    let before = &expression[..end - symbol.len()];
    let start = before.trim_end().strip_suffix(['<', '>', '=', '!'])?.len();
    let parted = &expression[start..end];
    let whole: String = parted.split_whitespace().collect();
    Operator::ALL.into_iter().any(|operator| operator.symbol() == whole).then_some(parted)
}

fn subject(expression: &str, figure: &str) -> Result<Subject, ThresholdError> {
    if figure.is_empty() {
        return Err(missing_figure(expression, figure));
    }
    let Some(rest) = figure.strip_prefix(PHASE) else {
        return Ok(Subject { phase: None, whose: whose(expression, figure)? });
    };
    let (phase, figure) = rest.split_once('.').unwrap_or((rest, end_of(rest)));
    let subject = Subject { phase: Some(phase.to_owned()), whose: whose(expression, figure)? };
    if !subject.metric().is_of_a_phase() {
        let message = format!("`{figure}` is of the whole run and not of a phase; leave `{PHASE}{phase}.` out");
        return Err(error_at(expression, figure, message));
    }
    Ok(subject)
}

fn whose(expression: &str, figure: &str) -> Result<Whose, ThresholdError> {
    let Some(rest) = figure.strip_prefix(TENANT) else {
        return metric_named(figure).map(Whose::Everybody).ok_or_else(|| unknown_metric(expression, figure));
    };
    let readings: Vec<Reading> = rest.rmatch_indices('.').filter_map(|(dot, _)| reading(rest, dot)).collect();
    if readings.is_empty() {
        let metric = rest.split_once('.').map_or(end_of(rest), |(_, metric)| metric);
        return Err(unknown_metric(expression, metric));
    }
    Ok(Whose::Tenant(readings))
}

fn reading(rest: &str, dot: usize) -> Option<Reading> {
    let metric = metric_named(&rest[dot + 1..])?;
    (dot > 0).then(|| Reading { tenant: rest[..dot].to_owned(), metric })
}

fn missing_figure(expression: &str, place: &str) -> ThresholdError {
    error_at(expression, place, "the figure is missing; write for example `recall.p99`".to_owned())
}

fn unknown_metric(expression: &str, name: &str) -> ThresholdError {
    if name.is_empty() {
        return missing_figure(expression, name);
    }
    if metric_named(&format!("{name}.p99")).is_some() {
        let message = format!("`{name}` needs a statistic: {STATISTICS}");
        return ThresholdError { suggestion: Some(format!("{name}.p99")), ..error_at(expression, name, message) };
    }
    if let Some(error) = impossible_statistic(expression, name) {
        return error;
    }
    let suggestion = nearest(name, metric_names());
    let remedy = if suggestion.is_some() { "" } else { "; write for example `recall.p99`" };
    ThresholdError { suggestion, ..error_at(expression, name, format!("there is no figure `{name}`{remedy}")) }
}

/// A latency that is known, and something that nobody measures of it.
fn impossible_statistic(expression: &str, name: &str) -> Option<ThresholdError> {
    let (family, statistic) = name.rsplit_once('.')?;
    let Some(Metric::Latency(..)) = metric_named(&format!("{family}.p99")) else { return None };
    let message = format!("`{family}` has no `{statistic}`: it has {STATISTICS}");
    let suggestion = nearest(statistic, Statistic::ALL.map(|(name, _)| name));
    Some(ThresholdError { suggestion, ..error_at(expression, statistic, message) })
}

/// The known name nearest to `name`, where a typing mistake explains the difference.
pub(in crate::measure) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    if name.len() > LONGEST_TYPO {
        return None;
    }
    let distances = known.into_iter().map(|known| (strsim::damerau_levenshtein(name, known), known));
    let (distance, known) = distances.min()?;
    (distance <= name.chars().count() / 4 + 1).then(|| known.to_owned())
}

fn end_of(text: &str) -> &str {
    &text[text.trim_end().len()..][..0]
}

const PHASE: &str = "phase.";
const TENANT: &str = "tenant.";
const STATISTICS: &str = "p50, p90, p95, p99, p999, mean, min, max or count";
const OPERATOR_SIGNS: [char; 4] = ['<', '>', '=', '!'];
const MOST_NAMED: usize = 5;
/// No name is longer, and comparing with all of them takes time in proportion.
const LONGEST_TYPO: usize = 200;
