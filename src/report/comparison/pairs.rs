//! Pairs of live runs.

use super::{WIDTH, amount, indented, mark, row, signed, word};
use crate::measure::{Dimension, Floor, Judgement, Paired, PairedFigure, Scale, Side, dimension_of};
use crate::report::inert::{inert, wrapped};
use crate::report::terminal::Style;
use crate::report::words;

/// As JSON, pretty-printed, with a final newline.
pub fn paired_json(paired: &Paired) -> String {
    serde_json::to_string_pretty(paired).expect("pairs have only string keys and finite numbers") + "\n"
}

/// For a person at a terminal, with a final newline.
pub fn paired(paired: &Paired, style: Style) -> String {
    let sections = [verdict(paired, style), figures(paired, style), left_out(paired), closing(paired)];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

fn verdict(paired: &Paired, style: Style) -> Vec<String> {
    let named = |judgement| {
        let named = paired.figures.iter().filter(move |figure| figure.judgement == judgement);
        named.map(|figure| figure.figure.as_str()).collect::<Vec<_>>().join(", ")
    };
    let all = paired.figures.len();
    let sentence = match (&paired.broke_a_law, paired.verdict) {
        (Some(law), _) => format!("{} broke a law in pair {}: {}.", law.side, law.pair, law.what),
        (None, Judgement::Fail) => format!("worse by more than the floor: {}.", named(Judgement::Fail)),
        (None, Judgement::Pass) => format!("none of {all} figures became worse by more than the floor."),
        (None, Judgement::Inconclusive) => {
            format!("{} pairs cannot tell: {}.", paired.pairs, named(Judgement::Inconclusive))
        }
    };
    let plain = word(paired.verdict, Style::default());
    let mut lines = wrapped(&format!("{plain}: {sentence}"), WIDTH);
    lines[0] = lines[0].replacen(&plain, &word(paired.verdict, style), 1);
    if paired.verdict == Judgement::Inconclusive && paired.figures.iter().any(|figure| figure.low.is_some()) {
        lines.extend(wrapped("More pairs (--repeat) make the intervals narrower, a larger --floor asks less.", WIDTH));
    }
    lines
}

fn figures(paired: &Paired, style: Style) -> Vec<String> {
    let mut lines = row("    ", "figure", NAME, &cells("base", "new", "change", "interval", "limit"));
    lines.extend(paired.figures.iter().flat_map(|figure| figure_lines(figure, style)));
    lines
}

fn figure_lines(figure: &PairedFigure, style: Style) -> Vec<String> {
    let dimension = dimension_of(&figure.figure).unwrap_or(Dimension::Number);
    let value = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| amount(value, dimension));
    let change = |of: Option<f64>| of.map_or_else(String::new, |of| changed(of, figure.scale));
    let interval = match (figure.low, figure.high) {
        (Some(low), Some(high)) => format!("{} to {}", bare(low, figure.scale), bare(high, figure.scale)),
        _ => String::new(),
    };
    let cells =
        cells(&value(figure.base), &value(figure.new), &change(figure.change), &interval, &change(figure.limit));
    let mut lines = row(&mark(figure.judgement, style), &figure.figure, NAME, &cells);
    lines.extend(figure.reason.iter().flat_map(|reason| indented(reason)));
    lines
}

fn cells(base: &str, new: &str, change: &str, interval: &str, limit: &str) -> String {
    format!("{base:>8} {new:>8} {change:>8} {interval:>16} {limit:>8}").trim_end().to_owned()
}

/// Ratios in percent, shares in points: `+20.4 %`, `-1.2 pts`.
fn changed(change: f64, scale: Scale) -> String {
    let unit = if scale == Scale::Ratio { "%" } else { "pts" };
    format!("{} {unit}", bare(change, scale))
}

fn bare(change: f64, scale: Scale) -> String {
    let percent = 100.0 * if scale == Scale::Ratio { change - 1.0 } else { change };
    let rounded = (percent * 10.0).round() / 10.0;
    signed(rounded, |size| format!("{size:.1}"))
}

fn left_out(paired: &Paired) -> Vec<String> {
    let told = |(pair, reason): (u64, &str)| wrapped(&format!("pair {pair} is not judged: {reason}"), WIDTH);
    paired.left_out.iter().flat_map(|out| told((out.pair, &out.reason))).collect()
}

fn closing(paired: &Paired) -> Vec<String> {
    let Floor { relative, absolute_ms, points } = paired.floor;
    let ms = if absolute_ms > 0.0 { format!(" + {} ms", words::number(absolute_ms)) } else { String::new() };
    let coverage = paired.coverage.map_or_else(String::new, |coverage| format!(", each in {}", words::share(coverage)));
    let of_how_many = if paired.pairs < paired.asked { format!(" of {}", paired.asked) } else { String::new() };
    [
        labelled("base", &side(&paired.base)),
        labelled("new", &side(&paired.new)),
        labelled(
            "pairs",
            &format!("{}{of_how_many}; who goes first alternates, each pair has its own seed", paired.pairs),
        ),
        labelled(
            "floor",
            &format!("{}{ms}, and {} pts of shares", words::share(relative), words::number(points * 100.0)),
        ),
        labelled(
            "interval",
            &format!("by signed ranks; all hold at once in {}{coverage}", words::share(paired.confidence)),
        ),
    ]
    .concat()
}

fn side(side: &Side) -> String {
    let version = side.version.as_ref().map(|version| format!(", busyhour {version}")).unwrap_or_default();
    format!("{} ({}){version}", side.scenario.name, side.scenario.file)
}

fn labelled(label: &str, text: &str) -> Vec<String> {
    vec![format!("{label:<LABEL$}{}", inert(text, LONGEST))]
}

const NAME: usize = 20;
const LABEL: usize = 12;
const LONGEST: usize = 200;

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::measure::fixture::run_of;
    use crate::measure::{Pairs, Question, Subject, Summary};

    fn took(ms: u64, late: u64) -> Summary {
        run_of((0..100).map(|place| if place < late { 300 + ms } else { ms + place % 3 }), &[])
    }

    fn text(repeat: u64, pairs: impl IntoIterator<Item = [Summary; 2]>) -> String {
        let question = Question { repeat, subjects: Subject::primary(), floor: Floor::default() };
        let mut all = Pairs::new(question);
        pairs.into_iter().for_each(|[base, new]| _ = all.add(base, new));
        let text = super::paired(&all.judge().unwrap(), Style::default());
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        text
    }

    #[test]
    fn pairs_read_well_and_fit_80_columns() {
        insta::assert_snapshot!(text(10, (0..10).map(|place| [took(100 + place % 4, 5), took(120 + place % 5, 8)])));
    }

    #[test]
    fn doubt_is_told_with_what_to_do() {
        let mut invalid = took(100, 0);
        invalid.verdict = crate::measure::Verdict::Invalid;
        invalid.harness.invalid = vec!["lag p99 was 30 ms".to_owned()];
        let pairs = (0..9).map(|place| [took(100, 5), took(90 + place * 4, 5)]);
        insta::assert_snapshot!(text(10, pairs.chain([[invalid, took(100, 0)]])));
    }
}
