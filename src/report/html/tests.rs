use super::*;
use crate::base::Span;
use crate::measure::fixture::{at, chronicler, ending, in_trouble, recall, recorder, run_of};
use crate::measure::{Event, Recorder};

const HOSTILE: &str = "</script><script>alert(1)</script>\u{202e}<img src=x onerror=alert(2)>";

fn played(name: &str) -> (Summary, Chronicle) {
    let mut recorder: Recorder = recorder(&[name, "bank"], &["recall.p99 <= 250ms"]);
    let mut chronicler = chronicler(&[name, "bank"]);
    for ms in 1..=400 {
        let event = Event::Recalled(recall(u16::from(ms % 4 == 0), at(15 + ms % 40), Span::from_ms(ms)));
        recorder.observe(&event);
        chronicler.hear(&event);
    }
    let mut ending = ending(2, 0);
    ending.scenario.name = name.to_owned();
    let chronicle = chronicler.finish(at(61), ending.scenario.clone());
    (recorder.finish(ending), chronicle)
}

fn page(name: &str) -> String {
    let (summary, chronicle) = played(name);
    html(&Page {
        summary: &summary,
        chronicle: Some(&chronicle),
        scenario: Some(&format!("name = {name:?}\n# {name}")),
    })
}

/// What the page says, elements left out.
fn text_of(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1.split_once("<footer>").unwrap().0;
    let words = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_verdict_and_the_figures_that_matter_come_first_in_words() {
    let text = text_of(&page("acme"));
    let first: String = text.chars().take(900).collect();
    insta::assert_snapshot!(first);
}

#[test]
fn hostile_names_stay_text() {
    let page = page(HOSTILE);
    assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains('\u{202e}'));
    assert_eq!(page.matches("<script").count(), 3, "data, library, charts");
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
}

#[test]
fn a_driver_in_trouble_has_the_last_word_and_another_has_none() {
    let said = |words: &[&str]| {
        let summary = recorder(&["acme"], &[]).finish(in_trouble(words));
        html(&Page { summary: &summary, chronicle: None, scenario: None })
    };
    let page = said(&["Traceback (most recent call last):", "  File \"shop.py\"", HOSTILE, "ValueError: \u{1b}[31m"]);
    let words = page.split_once("id=\"last-words\"").expect("they are shown").1.split_once("</pre>").unwrap().0;
    assert!(words.contains("last):\n  File &quot;shop.py&quot;\n&lt;/script&gt;"), "{words}");
    assert!(
        words.contains("ValueError: \u{fffd}[31m") && !words.contains('\u{1b}') && !words.contains("<img"),
        "{words}"
    );
    assert!(page.find("id=\"last-words\"") > page.find("it ended (exit status: 1)"), "after the reason");
    assert!(!said(&[]).contains("last-words"));
}

#[test]
fn nothing_in_the_page_points_outside() {
    let page = page("acme");
    for forbidden in [" src=", "<link", "@import", "url(", "http-equiv=\"refresh", "<iframe", "<form", " style=\""] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_policy_names_what_stands_in_the_page() {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let page = page("acme");
    let scripts: Vec<&str> =
        page.split("<script>").skip(1).map(|rest| rest.split("</script>").next().unwrap()).collect();
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert_eq!(scripts.len(), 2);
    for text in scripts.into_iter().chain([style]) {
        let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(text));
        assert!(page.contains(&format!("'sha256-{hash}'")));
    }
}

#[test]
fn a_run_without_a_chronicle_still_has_a_page() {
    let summary = run_of([5], &[]);
    let page = html(&Page { summary: &summary, chronicle: None, scenario: None });
    assert!(page.contains("UNJUDGED") && page.contains("nothing to draw") && !page.contains("data-chart=\""));
}

#[test]
fn a_page_of_a_thousand_tenants_and_a_full_timeline_is_small() {
    let names: Vec<String> = (0..1_000).map(|number| format!("tenant number {number:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (mut recorder, mut chronicler) = (recorder(&names, &[]), chronicler(&names));
    for number in 0..60_000 {
        let recall = recall((number % 1_000) as u16, at(number / 1_000), Span::from_ns(1_000_003 * (number % 777)));
        recorder.observe(&Event::Recalled(recall));
        chronicler.hear(&Event::Recalled(recall));
    }
    let (summary, chronicle) = (recorder.finish(ending(1_000, 0)), chronicler.finish(at(61), ending(1, 0).scenario));
    let page = html(&Page { summary: &summary, chronicle: Some(&chronicle), scenario: None });
    assert!(page.len() < 500_000, "{} bytes", page.len());
}
