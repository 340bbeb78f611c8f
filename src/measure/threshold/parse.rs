//! From text to a threshold, or to an error that points at the place.

use super::catalogue::{metric_named, metric_names};
use super::{Operator, Reading, Subject, Threshold, ThresholdError, value};

/// Reads `metric[.stat] op value`.
pub(super) fn threshold(expression: &str) -> Result<Threshold, ThresholdError> {
    let (figure, symbol, limit) = split(expression).ok_or_else(|| {
        error_at(expression, end_of(expression), "nothing is compared; write `figure <= limit`".into())
    })?;
    let operator = operator(expression, symbol)?;
    let subject = subject(expression, figure)?;
    let limit = value::limit(expression, figure, subject.dimension(), limit)?;
    Ok(Threshold { expression: expression.to_owned(), subject, operator, limit })
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
    let offset = expression.find(TENANT).expect("it was read from there") + TENANT.len();
    let part = &expression[offset..offset + tenant.len()];
    let suggestion = nearest(tenant, known);
    let remedy = if suggestion.is_some() { "" } else { "; name one of the scenario's" };
    ThresholdError { suggestion, ..error_at(expression, part, format!("there is no tenant `{tenant}`{remedy}")) }
}

fn operator(expression: &str, symbol: &str) -> Result<Operator, ThresholdError> {
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

fn subject(expression: &str, figure: &str) -> Result<Subject, ThresholdError> {
    if figure.is_empty() {
        return Err(missing_figure(expression, figure));
    }
    let Some(rest) = figure.strip_prefix(TENANT) else {
        return metric_named(figure).map(Subject::Run).ok_or_else(|| unknown_metric(expression, figure));
    };
    let readings: Vec<Reading> = rest.rmatch_indices('.').filter_map(|(dot, _)| reading(rest, dot)).collect();
    if readings.is_empty() {
        let metric = rest.split_once('.').map_or(end_of(rest), |(_, metric)| metric);
        return Err(unknown_metric(expression, metric));
    }
    Ok(Subject::Tenant(readings))
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
        let message = format!("`{name}` needs a statistic: p50, p90, p95, p99, p999, mean, min, max or count");
        return ThresholdError { suggestion: Some(format!("{name}.p99")), ..error_at(expression, name, message) };
    }
    let suggestion = nearest(name, metric_names());
    let remedy = if suggestion.is_some() { "" } else { "; write for example `recall.p99`" };
    ThresholdError { suggestion, ..error_at(expression, name, format!("there is no figure `{name}`{remedy}")) }
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

const TENANT: &str = "tenant.";
const OPERATOR_SIGNS: [char; 4] = ['<', '>', '=', '!'];
/// No name is longer, and comparing with all of them takes time in proportion.
const LONGEST_TYPO: usize = 200;
