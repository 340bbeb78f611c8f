use super::*;
use crate::plan::fixture::planned;

const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";

/// What the page says, elements left out.
fn text_of(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1.split_once("<footer>").unwrap().0;
    let words = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    words.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_says_what_the_terminal_says_and_shows_the_surface() {
    let plan = planned("acme", "budget.met >= 60%");
    let text = text_of(&plan_html(&plan, Some("name = \"talkers\"")));
    insta::assert_snapshot!(text.chars().take(700).collect::<String>());
    for section in ["The curve", "Every cap and idle TTL at once", "What if", "Caps that were played", "To paste"] {
        assert!(text.contains(section), "{section}");
    }
    assert!(text.contains("MemoAirVoiceClient(max_concurrent_users=") && text.contains("evict=gdsf *"));
}

#[test]
fn an_idle_time_that_spares_runtimes_is_named() {
    let mut plan = planned("acme", "budget.met >= 60%");
    let Advice::Take { shorter_ttl, .. } = &mut plan.advice else { panic!("a pool carries six callers") };
    *shorter_ttl = Some(crate::plan::ShorterTtl { idle_ttl_s: 30.0, runtimes: 4.25, instead_of: 6.0 });
    let text = text_of(&plan_html(&plan, None));
    assert!(text.contains("an idle TTL of 30 s would do, too: 4.2 runtimes on average instead of 6.0"), "{text}");
}

#[test]
fn where_nothing_will_do_the_page_says_why() {
    let page = plan_html(&planned("acme", "calls < 0"), None);
    let text = text_of(&page);
    assert!(text.contains("NOTHING that is allowed carries this traffic."), "{text}");
    assert!(text.contains("There is nothing to set that would do.") && page.contains("\"chosen\":null"));
}

#[test]
fn hostile_names_stay_text_and_nothing_points_outside() {
    let page = plan_html(&planned(HOSTILE, "budget.met >= 60%"), Some(HOSTILE));
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    assert_eq!(page.matches("<script").count(), 3, "data, library, charts");
    for forbidden in [" src=", "<link", "@import", "url(", "http-equiv=\"refresh", "<iframe", "<form", " style=\""] {
        let outside_of_the_names = page.replace("src=x", "");
        assert!(!outside_of_the_names.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'") && page.len() < 500_000);
}
