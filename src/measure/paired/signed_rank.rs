//! The interval of a shift by Wilcoxon's signed ranks, exact.
//!
//! Given differences that are independent and symmetric about one middle, whatever their law, the sum of the ranks of
//! those above the middle has a known distribution: every rank is as likely above as below. Inverting that test gives
//! an interval for the middle: its ends are order statistics of the Walsh averages (xᵢ + xⱼ) / 2, and their median is
//! the estimate of Hodges and Lehmann (Annals of Mathematical Statistics 34, 1963; Hollander, Wolfe and Chicken,
//! Nonparametric Statistical Methods, 2014, 3.1 to 3.3). Ties and zeros only make it wider than it need be.
//!
//! Differences between plays of a pair are symmetric where neither side's noise differs from the other's, which is so
//! when they are alike, the case in which a false alarm would be one.

/// Where the middle of symmetric differences lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub(super) low: f64,
    pub(super) estimate: f64,
    pub(super) high: f64,
}

/// The interval that misses the middle at most `error` of the time; nothing where there are too few differences for
/// that.
pub(super) fn interval(differences: &[f64], error: f64) -> Option<Interval> {
    let place = place(differences.len(), error)?;
    let averages = walsh_averages(differences);
    let last = averages.len() - 1;
    Some(Interval { low: averages[place], estimate: median(&averages), high: averages[last - place] })
}

/// How much of the time the interval that allows for `error` does miss: the ranks are whole numbers, so often less.
pub(super) fn actual_error(count: usize, error: f64) -> Option<f64> {
    let place = place(count, error)?;
    Some(2.0 * rank_sums(count)[..=place].iter().sum::<f64>())
}

/// The smallest number of differences that can tell anything at that error.
pub(super) fn fewest(error: f64) -> usize {
    (1..=MOST).find(|count| place(*count, error).is_some()).unwrap_or(MOST)
}

/// Which of the sorted averages, counted from 0, is the lower end: the largest that misses seldom enough.
fn place(count: usize, error: f64) -> Option<usize> {
    assert!(count <= MOST, "ranks of so many differences are not summed");
    let mut missed = 0.0;
    let seldom = rank_sums(count).into_iter().take_while(|share| {
        missed += 2.0 * share;
        missed <= error
    });
    seldom.count().checked_sub(1)
}

/// How likely each sum of ranks 1 to `count` is, from 0 on: half of all outcomes without the last rank, and half with it.
fn rank_sums(count: usize) -> Vec<f64> {
    let mut shares = vec![0.0; count * (count + 1) / 2 + 1];
    shares[0] = 1.0;
    for rank in 1..=count {
        for sum in (0..shares.len()).rev() {
            let with = sum.checked_sub(rank).map_or(0.0, |rest| shares[rest]);
            shares[sum] = f64::midpoint(shares[sum], with);
        }
    }
    shares
}

/// (xᵢ + xⱼ) / 2 of all pairs, each with itself included, sorted.
fn walsh_averages(differences: &[f64]) -> Vec<f64> {
    let pairs = differences
        .iter()
        .enumerate()
        .flat_map(|(place, one)| differences[place..].iter().map(move |other| f64::midpoint(*one, *other)));
    let mut averages: Vec<f64> = pairs.collect();
    averages.sort_by(f64::total_cmp);
    averages
}

/// The middle one, or the mean of the two in the middle. There must be one.
pub(super) fn median(sorted: &[f64]) -> f64 {
    let upper = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[upper] } else { f64::midpoint(sorted[upper - 1], sorted[upper]) }
}

/// Pairs of plays take minutes each; the distribution is summed for as many without a thought.
pub(super) const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_printed_table() {
        // Hollander, Wolfe and Chicken, table A.4, and Wilcoxon and Wilcox (1964): the largest sum with a two-sided
        // probability of at most 5 % and 1 %.
        let table =
            [(6, 0, None), (7, 2, None), (8, 3, Some(0)), (9, 5, Some(1)), (10, 8, Some(3)), (20, 52, Some(37))];
        for (count, five, one) in table {
            assert_eq!((place(count, 0.05), place(count, 0.01)), (Some(five), one), "{count}");
        }
        assert_eq!((place(5, 0.05), fewest(0.05), fewest(0.01)), (None, 6, 8));
    }

    #[test]
    fn error_is_that_of_the_coin_tosses() {
        // All six above or all six below: 2 / 2⁶.
        assert_eq!(actual_error(6, 0.05), Some(2.0 / 64.0));
        // Of ten: sums 0, 1 and 2 come from one outcome each, 3 from two.
        assert_eq!(actual_error(10, 0.01), Some(10.0 / 1024.0));
        assert_eq!(actual_error(5, 0.05), None);
    }

    #[test]
    fn a_worked_example() {
        // Hollander, Wolfe and Chicken, example 3.1 (Hamilton's depression scale, nine patients): the estimate is −0.46
        // and the 96.1 % interval −0.786 to −0.010.
        let changes = [-0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010];
        let found = interval(&changes, 0.04).expect("nine are enough");
        assert!((found.estimate + 0.46).abs() < 1e-9, "{found:?}");
        assert!((found.low + 0.786).abs() < 1e-9 && (found.high + 0.010).abs() < 1e-9, "{found:?}");
        assert!((actual_error(9, 0.04).expect("as above") - 0.039).abs() < 0.000_1);
    }

    #[test]
    fn equal_differences_leave_no_doubt_and_few_differences_all() {
        let found = interval(&[0.5; 8], 0.05).expect("eight are enough");
        assert_eq!(found, Interval { low: 0.5, estimate: 0.5, high: 0.5 });
        assert_eq!(interval(&[0.5; 5], 0.05), None);
        assert_eq!(interval(&[], 0.05), None);
    }

    #[test]
    fn rank_sums_are_all_of_the_outcomes() {
        for count in [1, 2, 10, MOST] {
            let sums = rank_sums(count);
            assert!((sums.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            assert!(sums.iter().zip(sums.iter().rev()).all(|(one, other)| (one - other).abs() < 1e-12));
        }
    }
}
