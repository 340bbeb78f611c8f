//! A summary for GitHub Actions: a page for the job, and annotations on the scenario.
//!
//! A workflow command is a line that begins with `::`, so whatever stands in one is encoded as the runner decodes it, and
//! nothing from outside can begin another. On the page, text from outside is code in which every sign that means
//! something to Markdown or HTML is written as a character reference.

use std::fmt::Write;

use super::findings::{Finding, Outcome, findings};
use super::inert::inert;
use super::terminal::{command, verdict};
use super::words;
use crate::measure::{Figures, Summary, Verdict};

/// The page for `$GITHUB_STEP_SUMMARY`, in Markdown. Never longer than [`LONGEST_PAGE`].
pub fn github_page(summary: &Summary) -> String {
    let (word, sentence) = verdict::said(summary);
    let mut page = format!("## busyhour: {word} {}\n\n", code(&summary.scenario.name));
    let _ = write!(page, "{}\n\n", escaped(&sentence, LONGEST_TEXT));
    page += &reasons(summary);
    page += &last_words(summary);
    page += &table(&findings(summary));
    page += &figures(summary);
    let _ = writeln!(page, "Reproduce: {}", code(&command(summary)));
    page
}

/// Workflow commands, one a line: at most ten errors and one notice, as GitHub shows no more of a kind.
pub fn github_annotations(summary: &Summary) -> Vec<String> {
    let (word, sentence) = verdict::said(summary);
    let bad: Vec<Finding> = findings(summary).into_iter().filter(|finding| finding.outcome != Outcome::Holds).collect();
    if bad.is_empty() {
        return vec![annotation("notice", summary, &format!("busyhour: {word}"), &sentence)];
    }
    // The last of them has to tell of those that are left out.
    let shown = if bad.len() > MOST { MOST - 1 } else { bad.len() };
    let mut lines: Vec<String> =
        bad[..shown].iter().map(|finding| annotation("error", summary, &finding.expected, &finding.told)).collect();
    if bad.len() > shown {
        let more = format!("{} more; the job's summary has them all", bad.len() - shown);
        lines.push(annotation("error", summary, &format!("busyhour: {word}"), &more));
    }
    lines
}

/// GitHub takes a mebibyte a step, and other commands of the step write, too.
pub const LONGEST_PAGE: usize = 512 * 1024;

fn annotation(kind: &str, summary: &Summary, title: &str, text: &str) -> String {
    let (file, title) = (property(&summary.scenario.file), property(title));
    format!("::{kind} file={file},title={title}::{}", data(text))
}

/// As the runner decodes it: <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.
fn data(text: &str) -> String {
    inert(text, LONGEST_TEXT).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn reasons(summary: &Summary) -> String {
    let reasons = summary.harness.invalid.iter().take(MOST).filter(|_| summary.verdict == Verdict::Invalid);
    let items: Vec<String> = reasons.map(|reason| format!("- {}\n", escaped(reason, LONGEST_TEXT))).collect();
    if items.is_empty() { String::new() } else { items.concat() + "\n" }
}

/// What a driver in trouble said last.
fn last_words(summary: &Summary) -> String {
    let words = summary.client.as_ref().map_or(&[][..], |client| &client.last_words);
    let lines: Vec<String> = words.iter().map(|line| escaped(line, LONGEST_TEXT) + "\n").collect();
    if lines.is_empty() { String::new() } else { format!("Its last words:\n\n<pre>{}</pre>\n\n", lines.concat()) }
}

fn table(findings: &[Finding]) -> String {
    let mut table = "| | expected | what was seen |\n|---|---|---|\n".to_owned();
    for finding in findings.iter().take(MOST_ROWS) {
        let mark = match finding.outcome {
            Outcome::Holds => "✅",
            Outcome::Fails => "❌",
            Outcome::Unknown => "⚠️",
        };
        let (expected, told) = (code(&finding.expected), escaped(&finding.told, LONGEST_TEXT));
        let _ = writeln!(table, "| {mark} | {expected} | {told} |");
    }
    let left = findings.len().saturating_sub(MOST_ROWS);
    if left > 0 {
        let _ = writeln!(table, "\n… and {} more", words::count(left as u64));
    }
    table + "\n"
}

/// All together, and the tenants with the smallest shares in budget.
fn figures(summary: &Summary) -> String {
    let mut tenants: Vec<(&String, &Figures)> = summary.tenants.iter().collect();
    tenants
        .sort_by(|(_, one), (_, other)| one.budget.share.unwrap_or(1.0).total_cmp(&other.budget.share.unwrap_or(1.0)));
    let mut table = "| | turns | in budget | recall p99 | failed | boots |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    table += &row("all", &summary.total);
    for (name, figures) in tenants.into_iter().take(MOST) {
        table += &row(&code(name), figures);
    }
    table + "\n"
}

fn row(name: &str, figures: &Figures) -> String {
    let share = figures.budget.share.map_or_else(|| "–".to_owned(), words::share);
    let p99 = figures.latency_ms.get("recall").and_then(|recall| recall.p99);
    let p99 = p99.map_or_else(|| "–".to_owned(), |p99| format!("{} ms", words::ms(p99)));
    let boots = figures.counts.admissions.warm + figures.counts.admissions.cold;
    let [turns, failed, boots] = [figures.counts.turns, figures.counts.recalls_failed, boots].map(words::count);
    format!("| {name} | {turns} | {share} | {p99} | {failed} | {boots} |\n")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text, LONGEST_TEXT))
}

/// Letters, digits, blanks and harmless signs as they are, every other sign of ASCII as a character reference.
fn escaped(text: &str, longest: usize) -> String {
    let mut escaped = String::new();
    for sign in inert(text, longest).chars() {
        match sign {
            ' ' | '.' | ',' | ';' | '%' | '-' | '+' | '=' => escaped.push(sign),
            _ if sign.is_ascii() && !sign.is_ascii_alphanumeric() => {
                let _ = write!(escaped, "&#{};", u32::from(sign));
            }
            _ => escaped.push(sign),
        }
    }
    escaped
}

/// What GitHub shows of a kind of annotation in a step.
const MOST: usize = 10;
const MOST_ROWS: usize = 100;
/// Each sign takes at most six bytes: 102 rows of two texts stay below [`LONGEST_PAGE`].
const LONGEST_TEXT: usize = 400;

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::measure::Event;
    use crate::measure::fixture::{at, ending, in_trouble, recall, recorder, run_of};

    fn hostile(name: &str, thresholds: usize) -> Summary {
        let expression = format!("tenant.{name}.turns >= 3");
        let expressions: Vec<&str> = std::iter::repeat_n(expression.as_str(), thresholds).collect();
        let mut recorder = recorder(&[name], &expressions);
        recorder.observe(&Event::Recalled(recall(0, at(20), crate::base::Span::from_ms(9))));
        let mut ending = ending(1, 0);
        ending.scenario.file = format!("{name}.toml");
        recorder.finish(ending)
    }

    #[test]
    fn a_page_says_what_held_and_what_did_not() {
        let thresholds = ["recall.p50 <= 250ms", "recall.p50 <= 1ms", "boot.cold.max <= 1s"];
        let summary = run_of(1..=40, &thresholds);
        assert_snapshot!(github_page(&summary) + &github_annotations(&summary).join("\n"));
    }

    #[test]
    fn a_pass_is_one_notice() {
        let lines = github_annotations(&run_of(1..=40, &["recall.p50 <= 250ms"]));
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with("::notice file=scenarios/fundamento.toml,title=busyhour%3A PASS::100"),
            "{lines:?}"
        );
    }

    #[test]
    fn no_name_begins_a_command_of_its_own() {
        for name in
            ["x\n::error::owned", "x\r::set-env name=PATH::/tmp", "%0A::warning::x", "a::b,c:d\u{2028}::debug::"]
        {
            let summary = hostile(name, 1);
            for line in github_annotations(&summary) {
                assert!(!line.contains(['\n', '\r', '\u{2028}']), "{line:?}");
                let (head, _) = line.strip_prefix("::error ").expect("it is one command").split_once("::").unwrap();
                let properties: Vec<&str> = head.split(',').map(|pair| pair.split_once('=').unwrap().0).collect();
                assert_eq!(properties, ["file", "title"], "{head}");
            }
        }
    }

    #[test]
    fn no_name_becomes_a_page_of_its_own() {
        let name = "</code></td><script>alert(1)</script> | `x` [a](http://b) @somebody #1 ![i](x) **b** <!--";
        let page = github_page(&hostile(name, 1));
        let rest = page.replace("<code>", "").replace("</code>", "");
        assert!(!rest.contains(['<', '>', '`', '[', '@', '*', '!']), "{rest}");
        assert!(
            page.lines()
                .all(|line| !line.starts_with('|') || line.matches('|').count() == 4 || line.matches('|').count() == 7),
            "{page}"
        );
    }

    #[test]
    fn a_driver_in_trouble_is_heard_on_the_page() {
        let said = |words: &[&str]| github_page(&recorder(&["acme"], &[]).finish(in_trouble(words)));
        let page = said(&["  File \"shop.py\"", "</pre><b>", "::error::owned"]);
        let words = page.split_once("<pre>").expect("they are there").1.split_once("</pre>").unwrap().0;
        assert_eq!(
            words,
            "  File &#34;shop.py&#34;\n&#60;&#47;pre&#62;&#60;b&#62;\n\u{fffd}&#58;error&#58;&#58;owned\n"
        );
        assert!(!said(&[]).contains("<pre>"));
    }

    #[test]
    fn there_are_at_most_ten_of_a_kind_and_the_page_stays_below_its_limit() {
        let summary = hostile(&"\"".repeat(64), 10_000);
        let lines = github_annotations(&summary);
        assert_eq!(lines.len(), 10);
        assert!(lines[9].contains("9991 more"), "{}", lines[9]);
        assert!(github_page(&summary).len() < LONGEST_PAGE);
    }
}
