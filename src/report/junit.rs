//! A summary as `JUnit` XML: the scenario is a suite, each threshold a case.
//!
//! `failure` is a threshold that does not hold, `error` one that could not be evaluated. Two more cases are in every
//! suite, since a reader of this file sees nothing else: that the laws are kept, and that the measurement is valid.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::findings::{Finding, Outcome, findings};
use super::inert::inert;
use super::terminal::command;
use crate::measure::Summary;

/// The file, with a final newline.
pub fn junit(summary: &Summary) -> String {
    let scenario = &summary.scenario;
    let mut suite = TestSuite::new(clean(&scenario.name));
    suite.set_time(Duration::try_from_secs_f64(summary.window.measured_s).unwrap_or_default());
    let started = summary.window.start.as_deref().map(|start| ("started", start.to_owned()));
    let properties = [("seed", scenario.seed.to_string()), ("reproduce", command(summary))];
    for (name, value) in started.into_iter().chain(properties) {
        suite.add_property((name, clean(&value).as_str()));
    }
    let class = clean(&format!("busyhour.{}.{}", scenario.mode.command(), scenario.name));
    suite.add_test_cases(findings(summary).iter().map(|finding| case(finding, &class)));
    let words = summary.client.as_ref().map_or(&[][..], |client| &client.last_words);
    if !words.is_empty() {
        suite.set_system_err(words.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n"));
    }
    let mut report = Report::new("busyhour");
    report.add_test_suite(suite);
    report.to_string().expect("cleaned text is XML, and writing to memory cannot fail")
}

fn case(finding: &Finding, class: &str) -> TestCase {
    let mut status = match finding.outcome {
        Outcome::Holds => TestCaseStatus::success(),
        Outcome::Fails => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let told = clean(&finding.told);
    status.set_message(told.as_str()).set_type(match finding.outcome {
        Outcome::Fails => "does not hold",
        Outcome::Holds | Outcome::Unknown => "not evaluable",
    });
    let mut case = TestCase::new(clean(&finding.expected), status);
    case.set_classname(class);
    if finding.outcome == Outcome::Holds && !told.is_empty() {
        case.set_system_out(told);
    }
    case
}

/// Characters that XML 1.0 cannot hold, even escaped, and those that turn text around, are replaced; what is absurdly
/// long is cut.
fn clean(text: &str) -> String {
    let noncharacter = |sign: char| u32::from(sign) & 0xFFFE == 0xFFFE;
    inert(text, LONGEST).replace(noncharacter, "\u{fffd}")
}

const LONGEST: usize = 2_000;

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::measure::fixture::{at, ending, in_trouble, recall, recorder, run_of};
    use crate::measure::{Event, Verdict};

    #[test]
    fn each_threshold_is_a_case() {
        let thresholds = ["recall.p50 <= 250ms", "recall.p50 <= 1ms", "boot.cold.max <= 1s", "leaks == 0"];
        assert_snapshot!(junit(&run_of(1..=40, &thresholds)));
    }

    #[test]
    fn an_invalid_run_is_an_error_though_every_threshold_holds() {
        let mut ending = ending(1, 0);
        ending.harness.arrivals_dropped = 3;
        let mut recorder = recorder(&["acme"], &["turns == 1"]);
        recorder.observe(&Event::Recalled(recall(0, at(20), crate::base::Span::from_ms(9))));
        let summary = recorder.finish(ending);
        assert_eq!(summary.verdict, Verdict::Invalid);
        let text = junit(&summary);
        assert!(text.contains("errors=\"1\"") && text.contains("3 arrivals"), "{text}");
    }

    #[test]
    fn a_driver_in_trouble_is_heard_beside_the_cases() {
        let said = |words: &[&str]| junit(&recorder(&["acme"], &[]).finish(in_trouble(words)));
        let text = said(&["  File <shop.py>", "ValueError\u{1b}"]);
        assert!(text.contains("<system-err>  File &lt;shop.py&gt;\nValueError\u{fffd}</system-err>"), "{text}");
        assert!(!said(&[]).contains("system-err"));
    }

    #[test]
    fn hostile_names_stay_text() {
        let name = "</testcase><!-- ]]> &amp; \"' \u{0}\u{1b}[31m\u{ffff}\u{202e}";
        let expression = format!("tenant.{name}.turns >= 3");
        let mut recorder = recorder(&[name], &[&expression]);
        recorder.observe(&Event::Recalled(recall(0, at(20), crate::base::Span::from_ms(9))));
        let mut ending = ending(1, 0);
        ending.scenario.name = name.to_owned();
        let text = junit(&recorder.finish(ending));
        let allowed = |sign: char| matches!(sign, '\n' | ' '..='~' | '\u{fffd}');
        assert!(text.chars().all(allowed), "{text:?}");
        let read = Report::deserialize_from_str(&text).expect("it is what was meant to be written");
        assert_eq!((read.test_suites.len(), read.test_suites[0].test_cases.len()), (1, 3));
        assert!(read.test_suites[0].test_cases[0].name.starts_with("tenant.</testcase><!-- ]]> &amp;"), "{text}");
    }
}
