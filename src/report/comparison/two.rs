//! Two summaries, held against each other.

use super::{WIDTH, indented, mark, row, signed, word};
use crate::measure::{Amount, Comparison, Difference, Dimension, Judgement, Method, dimension_of};
use crate::report::inert::{inert, wrapped};
use crate::report::terminal::Style;
use crate::report::words;

/// As JSON, pretty-printed, with a final newline.
pub fn comparison_json(comparison: &Comparison) -> String {
    serde_json::to_string_pretty(comparison).expect("a comparison has only string keys and finite numbers") + "\n"
}

/// For a person at a terminal, with a final newline.
pub fn comparison(comparison: &Comparison, style: Style) -> String {
    let notes = comparison.notes.iter().flat_map(|note| indented(note)).collect();
    let sections = [verdict(comparison, style), notes, differences(comparison, style)];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

fn verdict(comparison: &Comparison, style: Style) -> Vec<String> {
    let (all, differ) = (words::count(comparison.figures), comparison.differences.len());
    let failed = comparison.differences.iter().filter(|difference| difference.judgement == Judgement::Fail).count();
    let sentence = match (comparison.method, comparison.verdict) {
        (Method::Single, Judgement::Fail) => "new broke a law that base kept.".to_owned(),
        (Method::Single, _) => "one live run of each cannot tell a change from chance.".to_owned(),
        (Method::Exact, Judgement::Fail) if failed < differ => {
            format!("{} of {all} figures differ, {} of them by more than allowed.", counted(differ), counted(failed))
        }
        (Method::Exact, Judgement::Fail) => format!("{} of {all} figures differ.", counted(differ)),
        (Method::Exact, _) if differ == 0 => format!("all {all} figures are equal."),
        (Method::Exact, _) => format!("{} of {all} figures differ, all of them as allowed.", counted(differ)),
    };
    let whole = format!("{}: {sentence}", word(comparison.verdict, Style::default()));
    let mut lines = wrapped(&whole, WIDTH);
    let plain = word(comparison.verdict, Style::default());
    lines[0] = lines[0].replacen(&plain, &word(comparison.verdict, style), 1);
    lines
}

fn differences(comparison: &Comparison, style: Style) -> Vec<String> {
    let differences = &comparison.differences;
    if differences.is_empty() {
        return Vec::new();
    }
    let mut lines = row("    ", "figure", NAME, &cells("base", "new", "change", ""));
    lines.extend(differences.iter().take(MOST).flat_map(|difference| difference_lines(difference, style)));
    if differences.len() > MOST {
        lines.push(format!("and {} more, all of them in --format json", counted(differences.len() - MOST)));
    }
    lines
}

fn difference_lines(difference: &Difference, style: Style) -> Vec<String> {
    let Difference { figure, base, new, change, relative, judgement, allowance } = difference;
    let dimension = dimension(figure);
    let [base, new] = [(base, new), (new, base)].map(|(of, other)| told(of.as_ref(), other.as_ref(), dimension));
    let change = change.map_or_else(String::new, |change| signed(change, |size| sized(size, dimension)));
    let relative = relative.map_or_else(String::new, |share| signed(share, words::share));
    let mut lines = row(&mark(*judgement, style), figure, NAME, &cells(&base, &new, &change, &relative));
    lines.extend(allowance.iter().flat_map(|allowance| indented(&format!("allowed by {allowance}"))));
    lines
}

fn cells(base: &str, new: &str, change: &str, relative: &str) -> String {
    format!("{base:>11} {new:>11} {change:>11} {relative:>9}").trim_end().to_owned()
}

/// Never rounded onto the other one.
fn told(of: Option<&Amount>, other: Option<&Amount>, dimension: Dimension) -> String {
    match (of, other) {
        (None, _) => "-".to_owned(),
        (Some(Amount::Number(value)), Some(Amount::Number(other))) => words::beside(*value, *other, dimension),
        (Some(Amount::Number(value)), _) => super::amount(*value, dimension),
        (Some(Amount::Words(words)), _) => inert(words, LONGEST_WORDS),
    }
}

/// A change, to as many places as it takes to be something.
fn sized(size: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::Share => format!("{} pts", words::beside(size * 100.0, 0.0, Dimension::Number)),
        dimension => words::beside(size, 0.0, dimension),
    }
}

/// A tenant's figure is measured as the figure of that name; its name may hold dots.
fn dimension(figure: &str) -> Dimension {
    let rest = figure.strip_prefix("tenant.").unwrap_or_default();
    let of_tenant = || rest.match_indices('.').find_map(|(dot, _)| dimension_of(&rest[dot + 1..]));
    dimension_of(figure).or_else(of_tenant).unwrap_or(Dimension::Number)
}

fn counted(number: usize) -> String {
    words::count(number as u64)
}

const NAME: usize = 27;
const LONGEST_WORDS: usize = 11;
/// A screen or two; who changes everything looks at the JSON.
const MOST: usize = 60;

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::measure::fixture::run_of;
    use crate::measure::{Mode, Summary, Verdict};

    fn played(mode: Mode) -> Summary {
        let mut summary = run_of(1..=100, &["recall.p50 <= 250ms"]);
        summary.scenario.mode = mode;
        summary.total.counts.errors.insert("pool.exhausted".to_owned(), 100);
        summary
    }

    fn text(mode: Mode, allowances: &[&str], change: impl FnOnce(&mut Summary)) -> String {
        let (base, mut new) = (played(mode), played(mode));
        change(&mut new);
        let allowances: Vec<_> = allowances.iter().map(|text| text.parse().unwrap()).collect();
        let text = super::comparison(&Comparison::of(&base, &new, &allowances).unwrap(), Style::default());
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        text
    }

    #[test]
    fn differences_read_well_and_fit_80_columns() {
        insta::assert_snapshot!(text(Mode::Sim, &["pool.*: +2%"], |new| {
            new.scenario.seed = 8;
            new.verdict = Verdict::Fail;
            new.thresholds[0].ok = false;
            new.total.counts.errors.insert("pool.exhausted".to_owned(), 101);
            new.total.counts.drains.lru = 1_234_567;
            new.total.budget.share = Some(0.985);
            let recall = new.total.latency_ms.get_mut("recall").unwrap();
            (recall.p50, recall.p99) = (recall.p50.map(|ms| ms + 0.000_412), Some(812.5));
            new.tenants.get_mut("acme").unwrap().gauges.runtimes.mean = 1.5;
            new.tenants.get_mut("acme").unwrap().latency_ms.get_mut("recall").unwrap().p50 = Some(1.0);
        }));
    }

    #[test]
    fn equal_simulations_are_said_to_be_in_a_line() {
        let text = text(Mode::Sim, &[], |_| {});
        assert!(text.starts_with("PASS: all ") && text.ends_with(" figures are equal.\n"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn one_live_run_of_each_is_told_as_what_it_is() {
        insta::assert_snapshot!(text(Mode::Run, &[], |new| {
            new.total.latency_ms.get_mut("recall").unwrap().p50 = Some(80.0);
            new.host = None;
        }));
    }

    #[test]
    fn hostile_names_are_inert_and_many_differences_are_counted() {
        let text = text(Mode::Sim, &[], |new| {
            let figures = new.tenants["acme"].clone();
            new.tenants.insert("a\u{1b}[31m".to_owned(), figures.clone());
            new.total = Summary { total: figures, ..played(Mode::Sim) }.total;
        });
        assert!(!text.contains('\u{1b}') && text.contains("more, all of them in --format json"), "{text}");
    }
}
