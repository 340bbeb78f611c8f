//! The pages of a run and of a plan in a real browser: each opens from disk, draws every chart, asks the network for nothing, and
//! hostile names in it are inert.
//!
//! A browser is looked for in `BUSYHOUR_BROWSER` and on the path; where there is none, `tests/debian/fetch.sh` unpacks
//! Debian's under `target/browser`, once. Where that fails, so do the tests, and say what to do. What they saw is kept
//! as pictures in `target/browser/shots`.

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::float_cmp, reason = "they are counts")]

mod browser;
#[path = "../debian/mod.rs"]
mod debian;
mod devtools;
mod page;
mod plan;

use page::{Look, Of, Page, Size};

const LIGHT: Look = Look { of: Of::Run, scheme: "light", size: Size::Desk };
const CHARTS: [&str; 5] = ["recall", "runtimes", "ports", "load", "curve"];

#[test]
fn every_chart_is_drawn_in_light_and_dark_and_nothing_goes_wrong() {
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        let mut page = Page::open(&Look { scheme, ..LIGHT });
        for chart in CHARTS {
            let ink = page.number(&format!("ink('{chart}')"));
            assert!(ink > 3_000.0, "{chart} in {scheme}: {ink} pixels");
        }
        assert_eq!(page.number("document.querySelectorAll('[data-chart]').length"), 5.0);
        papers.push(page.text("getComputedStyle(document.body).backgroundColor"));
        page.keep(&format!("desk-{scheme}"));
        page.close();
    }
    assert_ne!(papers[0], papers[1], "dark is another paper than light");
}

#[test]
fn the_theme_can_be_chosen() {
    let mut page = Page::open(&LIGHT);
    let before = page.text("getComputedStyle(document.body).backgroundColor");
    page.run("document.getElementById('theme').click(); document.getElementById('theme').click()");
    assert_eq!(page.text("document.getElementById('theme').textContent"), "Theme: dark");
    assert_ne!(page.text("getComputedStyle(document.body).backgroundColor"), before);
    assert!(CHARTS.iter().all(|chart| page.number(&format!("ink('{chart}')")) > 3_000.0));
    page.close();
}

#[test]
fn a_phone_shows_it_without_scrolling_sideways_and_paper_shows_it_whole() {
    for (name, size) in [("phone", Size::Phone), ("print", Size::Paper)] {
        page::fits(name, &Look { size, ..LIGHT });
    }
}

#[test]
fn hostile_names_are_inert() {
    let mut page = Page::open(&LIGHT);
    assert_eq!(page.text("String(window.pwned)"), "undefined");
    assert_eq!(
        page.number("document.images.length + document.querySelectorAll('iframe, object, embed, link, a').length"),
        0.0
    );
    let cells = page.text("[...document.querySelectorAll('tbody th')].map((cell) => cell.textContent).join()");
    assert!(cells.contains(page::HOSTILE), "{cells}");
    page.close();
}

#[test]
fn the_last_words_of_a_driver_are_shown_and_do_nothing() {
    for (name, size) in [("trouble", Size::Desk), ("trouble-phone", Size::Phone), ("trouble-print", Size::Paper)] {
        page::fits(name, &Look { of: Of::Trouble, scheme: "light", size });
    }
    let mut page = Page::open(&Look { of: Of::Trouble, scheme: "dark", size: Size::Desk });
    let words = page.text("document.getElementById('last-words').textContent");
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(lines.len(), 3, "each keeps its line: {words}");
    assert!(lines[0].starts_with("  line 1 of </pre><img src=x"), "{words}");
    assert_eq!(page.text("String(window.pwned)"), "undefined");
    page.keep("trouble-dark");
    page.close();
}

#[test]
fn pointing_and_keys_show_values() {
    let mut page = Page::open(&LIGHT);
    let readout = "document.querySelector('[data-chart=runtimes]').nextElementSibling.textContent";
    assert!(!page.text(readout).contains("at "), "nothing is pointed at");
    page.point_at("[data-chart=runtimes] .u-over");
    assert!(page.text(readout).contains("at "), "{}", page.text(readout));
    page.run("document.querySelector('[data-chart=curve]').focus()");
    for key in ["End", "ArrowLeft", "ArrowLeft"] {
        page.press(key);
    }
    let curve = page.text("document.querySelector('[data-chart=curve]').nextElementSibling.textContent");
    assert!(curve.starts_with("of recalls 9") && curve.contains("ms"), "{curve}");
    page.close();
}

#[test]
fn tenants_can_be_sorted() {
    let mut page = Page::open(&LIGHT);
    let click = "document.querySelectorAll('table.sortable')[0].tHead.rows[0].cells[2].firstChild.click()";
    let turns =
        "[...document.querySelectorAll('table.sortable')[0].tBodies[0].rows].map((row) => row.cells[2].dataset.value)";
    for order in ["b - a", "a - b"] {
        page.run(click);
        assert_eq!(
            page.text(&format!("{turns}.join()")),
            page.text(&format!("{turns}.sort((a, b) => {order}).join()"))
        );
    }
    page.close();
}
