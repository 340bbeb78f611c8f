//! Figures as people read them.

use crate::measure::Dimension;

/// With a comma between thousands: `1,204`.
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// A number that may have a fraction, to two places at most.
pub(super) fn number(number: f64) -> String {
    if number.fract() == 0.0 { fixed(number, 0) } else { fixed(number, 2) }
}

/// Milliseconds to three digits, without the unit: `0.083`, `8.21`, `82.1`, `1,204`.
pub(super) fn ms(ms: f64) -> String {
    fixed(ms, ms_places(ms))
}

/// A share in percent, to one place, or to as many as keep it apart from nothing and from everything.
pub(super) fn share(share: f64) -> String {
    let percent = percent(share);
    let tells = |places: &usize| [0.0, 100.0].contains(&percent) || !["0", "100"].contains(&&*bare(percent, *places));
    let places = (1..MOST_PLACES).find(tells).unwrap_or(MOST_PLACES);
    format!("{} %", fixed(percent, places))
}

/// A figure beside the limit it is compared with: rounded, but never onto the limit nor across it.
pub(super) fn beside(figure: f64, limit: f64, dimension: Dimension) -> String {
    let (figure, limit, places, unit) = match dimension {
        Dimension::Time => (figure, limit, ms_places(figure), " ms"),
        Dimension::Share => (percent(figure), percent(limit), 1, " %"),
        Dimension::Number => (figure, limit, if figure.fract() == 0.0 { 0 } else { 2 }, ""),
    };
    let tells = |places: &usize| {
        let rounded: f64 = format!("{figure:.places$}", places = *places).parse().expect("it was a number");
        rounded.partial_cmp(&limit) == figure.partial_cmp(&limit)
    };
    let places = (places..MOST_PLACES).find(tells).unwrap_or(MOST_PLACES);
    fixed(figure, places) + unit
}

/// How far a figure may still go, or by how much it is beyond where negative, in its own unit.
pub(super) fn margin(margin: f64, dimension: Dimension) -> String {
    let sign = match () {
        () if margin > 0.0 => "+",
        () if margin < 0.0 => "-",
        () => return "0".to_owned(),
    };
    let size = beside(margin.abs(), 0.0, dimension);
    // Between two shares lie percentage points.
    sign.to_owned() + &size.replace(" %", " pp")
}

/// Without the noise of the multiplication: 0.07 is 7 % and not 7.000000000000001 %.
fn percent(share: f64) -> f64 {
    (share * 1e11).round() / 1e9
}

fn ms_places(ms: f64) -> usize {
    match ms {
        ..1.0 => 3,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    }
}

fn fixed(number: f64, places: usize) -> String {
    grouped(&format!("{number:.places$}"))
}

/// Without zeros at the end of the fraction.
fn bare(number: f64, places: usize) -> String {
    format!("{number:.places$}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let (mut text, whole) = match whole.strip_prefix('-') {
        Some(size) => ("-".to_owned(), size),
        None => (String::new(), whole),
    };
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

/// A nanosecond in milliseconds.
const MOST_PLACES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_204, 1_234_567].map(count), ["0", "999", "1,204", "1,234,567"]);
        assert_eq!([-999.0, -1_204.5].map(number), ["-999", "-1,204.50"]);
    }

    #[test]
    fn milliseconds_have_three_digits() {
        assert_eq!([0.083_4, 8.214, 82.14, 250.4, 1_204.4].map(ms), ["0.083", "8.21", "82.1", "250", "1,204"]);
    }

    #[test]
    fn a_share_is_not_rounded_to_everything_or_nothing() {
        let shares = [0.0, 0.5, 0.997, 0.999_96, 1.0, 0.000_04];
        assert_eq!(shares.map(share), ["0.0 %", "50.0 %", "99.7 %", "99.996 %", "100.0 %", "0.004 %"]);
    }

    #[test]
    fn a_margin_has_its_sign_and_the_figures_unit() {
        for (room, dimension, text) in [
            (241.79, Dimension::Time, "+242 ms"),
            (-0.000_001, Dimension::Time, "-0.000001 ms"),
            (0.007, Dimension::Share, "+0.7 pp"),
            (-0.107, Dimension::Share, "-10.7 pp"),
            (-992.0, Dimension::Number, "-992"),
            (0.0, Dimension::Time, "0"),
        ] {
            assert_eq!(margin(room, dimension), text);
        }
    }

    #[test]
    fn a_figure_stays_on_its_side_of_the_limit() {
        for (figure, limit, dimension, text) in [
            (250.0, 250.0, Dimension::Time, "250 ms"),
            (250.4, 250.0, Dimension::Time, "250.4 ms"),
            (250.000_001, 250.0, Dimension::Time, "250.000001 ms"),
            (249.6, 250.0, Dimension::Time, "249.6 ms"),
            (0.989_99, 0.99, Dimension::Share, "98.999 %"),
            (0.997, 0.99, Dimension::Share, "99.7 %"),
            (0.997, 0.997, Dimension::Share, "99.7 %"),
            (0.07, 0.07, Dimension::Share, "7.0 %"),
            (21.0, 20.0, Dimension::Number, "21"),
            (17.301, 17.3, Dimension::Number, "17.301"),
        ] {
            assert_eq!(beside(figure, limit, dimension), text);
        }
    }
}
