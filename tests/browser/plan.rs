//! The page of a plan.

use crate::page::{self, HOSTILE, Look, Of, Page, Size};

const LIGHT: Look = Look { of: Of::Plan, scheme: "light", size: Size::Desk };
const CHARTS: [&str; 3] = ["budget", "refused", "recall"];

#[test]
fn every_chart_and_the_heat_map_are_drawn_in_light_and_dark_and_nothing_goes_wrong() {
    for scheme in ["light", "dark"] {
        let mut page = Page::open(&Look { scheme, ..LIGHT });
        assert_eq!(page.number("document.querySelectorAll('[data-chart]').length"), 3.0);
        for chart in CHARTS {
            let ink = page.number(&format!("ink('{chart}')"));
            assert!(ink > 3_000.0, "{chart} in {scheme}: {ink} pixels");
        }
        let warmths = "new Set([...document.querySelectorAll('.heat td')].map((cell) => getComputedStyle(cell).backgroundColor)).size";
        assert!(page.number(warmths) >= 4.0, "some caps are warmer than others");
        assert_eq!(page.number("document.querySelectorAll('.heat tr.chosen').length"), 1.0);
        page.keep(&format!("plan-{scheme}"));
        page.close();
    }
}

#[test]
fn band_chosen_cap_and_cliff_are_seen() {
    let mut page = Page::open(&LIGHT);
    // Colours that nothing else on the chart has.
    page.run(
        "globalThis.pixels = (colour) => { \
         const wanted = document.createElement('canvas').getContext('2d'); \
         wanted.fillStyle = css('--paper'); wanted.fillRect(0, 0, 1, 1); \
         wanted.fillStyle = css(colour); wanted.fillRect(0, 0, 1, 1); \
         const [r, g, b] = wanted.getImageData(0, 0, 1, 1).data; \
         const shown = document.createElement('canvas').getContext('2d'); \
         const canvas = document.querySelector('[data-chart=budget] canvas'); \
         shown.canvas.width = canvas.width; shown.canvas.height = canvas.height; \
         shown.fillStyle = css('--paper'); shown.fillRect(0, 0, canvas.width, canvas.height); \
         shown.drawImage(canvas, 0, 0); \
         const { data } = shown.getImageData(0, 0, canvas.width, canvas.height); \
         let count = 0; \
         for (let at = 0; at < data.length; at += 4) \
         count += Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 6; \
         return count; }; 1",
    );
    for (what, colour, least) in
        [("band", "--blue-fill", 50.0), ("cliff", "--red-fill", 2_000.0), ("cap", "--good", 150.0)]
    {
        let pixels = page.number(&format!("pixels('{colour}')"));
        assert!(pixels > least, "{what}: {pixels} pixels of {colour}");
    }
    assert!(page.number("pixels('--violet')") < 50.0, "a colour that the chart does not use");
    page.close();
}

#[test]
fn a_phone_shows_it_without_scrolling_sideways_and_paper_shows_it_whole() {
    for (name, size) in [("plan-phone", Size::Phone), ("plan-print", Size::Paper)] {
        page::fits(name, &Look { size, ..LIGHT });
    }
}

#[test]
fn pointing_and_keys_show_a_cap_with_its_interval() {
    let mut page = Page::open(&LIGHT);
    let readout = "document.querySelector('[data-chart=budget]').nextElementSibling.textContent";
    assert!(!page.text(readout).contains("cap "), "nothing is pointed at");
    page.point_at("[data-chart=budget] .u-over");
    assert!(page.text(readout).contains("cap "), "{}", page.text(readout));
    page.run("document.querySelector('[data-chart=budget]').focus()");
    for key in ["Home", "ArrowRight", "ArrowRight", "ArrowRight"] {
        page.press(key);
    }
    let told = page.text(readout);
    assert!(told.starts_with("cap ") && told.contains(" % (") && told.contains(" to "), "{told}");
    page.close();
}

#[test]
fn hostile_names_are_inert() {
    let mut page = Page::open(&LIGHT);
    assert_eq!(page.text("String(window.pwned)"), "undefined");
    assert_eq!(
        page.number("document.images.length + document.querySelectorAll('iframe, object, embed, link, a').length"),
        0.0
    );
    // Forty signs of a name are shown.
    let shown: String = HOSTILE.chars().take(39).collect();
    let text = page.text("document.body.textContent");
    assert!(text.contains(&shown), "{text}");
    page.close();
}
