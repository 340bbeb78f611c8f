//! Every figure, operator and mistake once.

#![expect(clippy::float_cmp, reason = "the figures are exact")]

use super::*;
use crate::base::Admission;
use crate::base::Span;
use crate::measure::fixture::{at, ending, level, recall, recorder};
use crate::measure::{ClientUnderTest, ErrorCode, Event, Mode, Recall, TenantEnding};

/// A run of two tenants that can be counted by hand: acme has 8 good recalls of 10 … 80 ms and two refusals, and
/// the other tenant, whose name is made to confuse, has one recall of 300 ms.
fn summary() -> Summary {
    let mut recorder = recorder(&["acme", "acme.drain-lru"], &[]);
    (1..=8).for_each(|tens| recorder.observe(&Event::Recalled(recall(0, at(20), Span::from_ms(10 * tens)))));
    let refused = Recall {
        outcome: Err(ErrorCode::named("pool.exhausted")),
        admission: None,
        search: None,
        ..recall(0, at(20), Span::from_ms(1))
    };
    (0..2).for_each(|_| recorder.observe(&Event::Recalled(refused)));
    let cold = Some((Admission::Cold, Span::from_ms(290)));
    recorder.observe(&Event::Recalled(Recall { admission: cold, ..recall(1, at(20), Span::from_ms(300)) }));
    recorder.observe(&level(0, at(10), 4));
    recorder.observe(&level(0, at(35), 2));
    let mut ending = ending(2, 0);
    ending.tenants[1] = TenantEnding { leaks: 1, ..ending.tenants[1] };
    recorder.finish(ending)
}

fn judged(expression: &str) -> Judged {
    Threshold::parse(expression).unwrap().judge(&summary())
}

#[test]
fn every_kind_of_figure_is_found() {
    for (expression, observed, samples, ok) in [
        ("recall.max <= 300ms", 300.0, Some(11), true),
        ("recall.max < 300ms", 300.0, Some(11), false),
        ("recall.min == 1ms", 1.0, Some(11), true),
        ("recall.count >= 12", 11.0, Some(11), false),
        ("  search.min>=10ms ", 10.0, Some(9), true),
        ("admission.cold.mean <= 0.29s", 290.0, Some(1), true),
        ("tenant.acme.search.max != 80ms", 80.0, Some(8), false),
        ("budget.met >= 72%", 8.0 / 11.0, Some(11), true),
        ("budget.met >= 0.73", 8.0 / 11.0, Some(11), false),
        ("tenant.acme.budget.met == 80%", 0.8, Some(10), true),
        ("pool.exhausted == 2", 2.0, Some(11), true),
        ("errors.pool.exhausted > 1", 2.0, Some(11), true),
        ("pool.exhausted.rate <= 0.1%", 2.0 / 11.0, Some(11), false),
        ("tenant.acme.errors.pool.exhausted.rate == 20%", 0.2, Some(10), true),
        ("errors.other == 0", 0.0, Some(11), true),
        ("turns >= 11", 11.0, None, true),
        ("calls == 0", 0.0, None, true),
        ("recalls_failed <= 1", 2.0, Some(11), false),
        ("search_timeouts.rate < 1%", 0.0, Some(11), true),
        ("admissions.cold.rate <= 10%", 1.0 / 9.0, Some(9), false),
        ("drains.lru == 0", 0.0, Some(11), true),
        ("leaks == 0", 1.0, Some(11), false),
        ("tenant.acme.leaks == 0", 0.0, Some(10), true),
        ("violations == 0", 0.0, Some(11), true),
        ("runtimes.peak <= 4", 4.0, None, true),
        ("busy.mean < 3", 3.0, None, false),
        ("ports.peak == 4", 4.0, None, true),
        ("rss_mb.peak <= 180", 180.0, None, true),
        ("tenant.acme.drain-lru.recall.max <= 300ms", 300.0, Some(1), true),
        ("tenant.acme.drain-lru.admissions.reuse == 0", 0.0, Some(1), true),
    ] {
        let Judged { observed: seen, samples: behind, ok: holds, reason, .. } = judged(expression);
        assert_eq!((seen, behind, holds, reason), (Some(observed), samples, ok, None), "{expression}");
    }
}

#[test]
fn what_cannot_be_evaluated_does_not_hold_and_says_why() {
    for (expression, samples, reason) in [
        ("recall.p99 <= 1h", Some(11), "it needs 300 samples and there were 11; play longer or ask for less"),
        ("recall.p90 >= 0s", Some(11), "it needs 30 samples and there were 11; play longer or ask for less"),
        ("boot.cold.max <= 1h", Some(0), "there were no samples"),
        ("calls_shed == 0", Some(0), "no call rang in the measured time"),
        ("calls_cut.rate <= 100%", Some(0), "no call rang in the measured time"),
        ("saves.lost == 0", Some(0), "no save was attempted"),
        ("tenant.bank.turns >= 0", None, "there is no tenant `bank` in this run"),
        ("tenant.bank.errors.pool.exhausted == 0", None, "there is no tenant `bank` in this run"),
        ("tenant.acme.rss_mb.peak >= 0", None, "memory was not measured"),
    ] {
        let Judged { observed, samples: behind, ok, reason: why, .. } = judged(expression);
        assert_eq!((observed, behind, ok, why.as_deref()), (None, samples, false, Some(reason)), "{expression}");
    }
}

#[test]
fn nothing_holds_on_a_run_in_which_nothing_happened() {
    let nothing = recorder(&["acme"], &[]).finish(ending(1, 0));
    for name in metric_names() {
        let dimension = Threshold::parse(&format!("{name} >= 0")).map(|threshold| threshold.dimension());
        let zero = if dimension.is_ok() { "0" } else { "0s" };
        let judged = Threshold::parse(&format!("{name} == {zero}")).unwrap().judge(&nothing);
        let counts_samples = name.rsplit('.').next() == Some("count");
        let judged_on_time_alone = judged.samples.is_none();
        assert!(!judged.ok || counts_samples || judged_on_time_alone, "{judged:?}");
    }
}

#[test]
fn every_mistake_is_pointed_at() {
    for (expression, offset, length, message) in [
        ("", 0, 0, "nothing is compared; write `figure <= limit`"),
        ("recall.p99", 10, 0, "nothing is compared; write `figure <= limit`"),
        ("recall.p99 => 1s", 11, 2, "`=>` is no comparison; did you mean `>=`?"),
        ("leaks = 0", 6, 1, "`=` is no comparison; did you mean `==`?"),
        ("leaks <<== 0", 6, 4, "`<<==` is no comparison; write one of <=, <, >=, >, == and !="),
        (" <= 5ms", 0, 0, "the figure is missing; write for example `recall.p99`"),
        ("recall.p99 <=", 13, 0, "the limit is missing; write a duration such as `250ms`"),
        ("recal.p99 <= 1s", 0, 9, "there is no figure `recal.p99`; did you mean `recall.p99`?"),
        ("zebra <= 1s", 0, 5, "there is no figure `zebra`; write for example `recall.p99`"),
        (
            "boot.cold <= 1s",
            0,
            9,
            "`boot.cold` needs a statistic: p50, p90, p95, p99, p999, mean, min, max or count; did you mean `boot.cold.p99`?",
        ),
        ("leaks.rate == 0%", 0, 10, "there is no figure `leaks.rate`; write for example `recall.p99`"),
        ("tenant.acme.serch.p95 < 1s", 12, 9, "there is no figure `serch.p95`; did you mean `search.p95`?"),
        ("recall.p42 <= 1s", 7, 3, "`recall` has no `p42`: it has p50, p90, p95, p99, p999, mean, min, max or count"),
        (
            "tenant.acme.boot.cold.median <= 1s",
            22,
            6,
            "`boot.cold` has no `median`: it has p50, p90, p95, p99, p999, mean, min, max or count; did you mean `mean`?",
        ),
        ("tenant.acme <= 1s", 11, 0, "the figure is missing; write for example `recall.p99`"),
        ("recall.p99 <= 5%", 14, 2, "`recall.p99` is compared with a duration such as `250ms`, not with `5%`"),
        (
            "recall.p99 <= 250",
            14,
            3,
            "`recall.p99` is compared with a duration such as `250ms`, not with `250`; did you mean `250ms`?",
        ),
        (
            "budget.met >= 99",
            14,
            2,
            "`budget.met` is compared with a share such as `99%`, not with `99`; did you mean `99%`?",
        ),
        ("budget.met >= 101%", 14, 4, "`budget.met` is compared with a share such as `99%`, not with `101%`"),
        ("leaks == 0ms", 9, 3, "`leaks` is compared with a number such as `20`, not with `0ms`"),
        ("leaks == -1", 9, 2, "`leaks` is compared with a number such as `20`, not with `-1`"),
        ("leaks == nan", 9, 3, "`leaks` is compared with a number such as `20`, not with `nan`"),
        ("leaks == 1.2.3", 9, 5, "`leaks` is compared with a number such as `20`, not with `1.2.3`"),
        ("recall.p99 <= -5ms", 14, 4, "`recall.p99` is compared with a duration such as `250ms`, not with `-5ms`"),
    ] {
        let error = Threshold::parse(expression).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.offset, error.length), (message, offset, length), "{expression}");
    }
}

#[test]
fn the_margin_is_the_room_that_is_left_and_negative_beyond_the_limit() {
    for (expression, margin) in [
        ("recall.max <= 301.5ms", Some(1.5)),
        ("recall.max < 200ms", Some(-100.0)),
        ("tenant.acme.budget.met >= 79.3%", Some(0.007)),
        ("turns > 20", Some(-9.0)),
        ("turns == 11", None),
        ("turns != 11", None),
        ("recall.p99 <= 1h", None),
    ] {
        assert_eq!(judged(expression).margin, margin, "{expression}");
    }
}

#[test]
fn what_ends_a_run_must_be_known_and_true_at_its_beginning() {
    let aborting = |expression: &str| Threshold::parse(expression).unwrap().aborting(Span::ZERO);
    for fits in [
        "recall.p99 <= 250ms",
        "budget.met >= 99%",
        "calls_shed == 0",
        "calls_shed <= 3",
        "pool.exhausted.rate < 1%",
        "runtimes.peak <= 20",
        "busy.mean >= 3",
        "tenant.acme.drains.crash < 1",
        "phase.storm.recall.max <= 1s",
    ] {
        assert_eq!(aborting(fits).unwrap().aborts_after(), Some(Span::ZERO), "{fits}");
    }
    for (expression, message) in [
        ("saves.lost == 0", "`saves.lost` is known at the end only, so it cannot end a run"),
        ("leaks == 0", "`leaks` is known at the end only, so it cannot end a run"),
        ("rss_mb.peak <= 9", "`rss_mb.peak` is known at the end only, so it cannot end a run"),
        ("calls >= 100", "`calls` has to grow first, so this would end every run at its beginning"),
        ("turns == 3", "`turns` has to grow first, so this would end every run at its beginning"),
        ("turns < 0", "`turns` has to grow first, so this would end every run at its beginning"),
        ("recall.count > 3", "`recall.count` has to grow first, so this would end every run at its beginning"),
        ("busy.peak >= 3", "`busy.peak` has to grow first, so this would end every run at its beginning"),
    ] {
        let error = aborting(expression).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(&expression[error.offset..error.offset + error.length], expression.split(' ').next().unwrap());
    }
}

#[test]
fn a_phase_is_told_from_what_it_is_asked_for() {
    let names = ["ramp", "storm"];
    let threshold = Threshold::parse("phase.storm.tenant.acme.recall.max <= 1s").unwrap();
    assert!(threshold.check_phase(names).is_ok() && threshold.check_tenant(["acme"]).is_ok());
    for (expression, offset, message) in [
        ("phase.strom.turns > 1", 6, "there is no phase `strom`; did you mean `storm`?"),
        ("phase.zzz.turns > 1", 6, "there is no phase `zzz`; there is `ramp`, `storm`"),
    ] {
        let error = Threshold::parse(expression).unwrap().check_phase(names).unwrap_err();
        assert_eq!((error.to_string().as_str(), error.offset), (message, offset));
    }
    for (expression, message) in [
        ("phase.storm <= 1s", "the figure is missing; write for example `recall.p99`"),
        ("phase.storm.leaks == 0", "`leaks` is of the whole run and not of a phase; leave `phase.storm.` out"),
        ("phase.storm.recal.p99 <= 1s", "there is no figure `recal.p99`; did you mean `recall.p99`?"),
    ] {
        assert_eq!(Threshold::parse(expression).unwrap_err().to_string(), message);
    }
    let judged = Threshold::parse("phase.storm.turns >= 0").unwrap().judge(&summary());
    assert_eq!((judged.ok, judged.reason.as_deref()), (false, Some("there is no phase `storm` in this run")));
}

#[test]
fn a_tenant_that_is_not_in_the_scenario_is_pointed_at() {
    let threshold = Threshold::parse("tenant.acne.errors.pool.exhausted == 0").unwrap();
    let error = threshold.check_tenant(["bank", "acme"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no tenant `acne`; did you mean `acme`?");
    assert_eq!((error.offset, error.length), (7, 4));
    assert!(threshold.check_tenant(["acne"]).is_ok());
    let error = threshold.check_tenant(["somebody else"]).unwrap_err();
    assert_eq!(error.to_string(), "there is no tenant `acne`; there is `somebody else`");
    assert!(Threshold::parse("leaks == 0").unwrap().check_tenant([]).is_ok());
}

#[test]
fn an_operator_with_a_blank_in_it_is_told_as_one() {
    for (expression, parted, meant) in
        [("recall.p99 < = 250ms", "< =", "<="), ("leaks = = 0", "= =", "=="), ("leaks ! = 0", "! =", "!=")]
    {
        let error = Threshold::parse(expression).unwrap_err();
        assert_eq!(error.to_string(), format!("`{parted}` is no comparison; did you mean `{meant}`?"));
        assert_eq!(&expression[error.offset..error.offset + error.length], parted);
    }
}

#[test]
fn misdeeds_that_nobody_could_have_seen_are_not_none() {
    let judged = |expression: &str, summary: &Summary| Threshold::parse(expression).unwrap().judge(summary);
    let mut witnessed = summary();
    witnessed.harness.witnessed = Some(3);
    for expression in ["misdeeds == 0", "misdeeds.thrash == 0", "tenant.acme.misdeeds <= 3"] {
        assert!(judged(expression, &witnessed).ok, "{expression}");
        let mut simulated = witnessed.clone();
        simulated.scenario.mode = Mode::Sim;
        simulated.harness.witnessed = None;
        let of_sim = judged(expression, &simulated);
        assert!(!of_sim.ok && of_sim.reason.is_some_and(|reason| reason.contains("busyhour run")), "{expression}");
        let mut silent = witnessed.clone();
        silent.harness.witnessed = Some(0);
        let of_silent = judged(expression, &silent);
        assert!(
            !of_silent.ok && of_silent.reason.is_some_and(|reason| reason.contains("nobody knows")),
            "{expression}"
        );
    }
    // The built-in client knows its own processes; those of a driver's client are told by nobody else.
    let mut silent = witnessed.clone();
    silent.harness.witnessed = Some(0);
    assert!(judged("leaks <= 9", &silent).ok);
    silent.client = Some(ClientUnderTest::default());
    assert!(!judged("leaks <= 9", &silent).ok);
    silent.harness.witnessed = Some(1);
    assert!(judged("leaks <= 9", &silent).ok);
}

#[test]
fn a_name_full_of_operators_is_still_a_name() {
    let threshold = Threshold::parse("tenant.a <= b == 1.turns >= 3").unwrap();
    assert_eq!(
        (threshold.figure(), threshold.demand().as_str(), threshold.limit()),
        ("tenant.a <= b == 1.turns", ">= 3", 3.0)
    );
    assert!(threshold.check_tenant(["a <= b == 1"]).is_ok());
}

#[test]
fn percentages_are_the_nearest_numbers_to_what_is_written() {
    for thousandths in 1..=1_000_u32 {
        let percent = format!("{}.{}", thousandths / 10, thousandths % 10);
        let threshold = Threshold::parse(&format!("budget.met == {percent}%")).unwrap();
        assert_eq!(threshold.limit(), f64::from(thousandths) / 1_000.0);
    }
}

#[test]
fn every_figure_in_the_catalogue_can_be_asked_for() {
    for name in metric_names() {
        let readable = ["1", "1s", "1%"].iter().any(|value| Threshold::parse(&format!("{name} <= {value}")).is_ok());
        assert!(readable, "{name}");
    }
    assert!(metric_names().count() > 200);
}

#[test]
fn garbage_is_refused_quickly_and_without_a_panic() {
    for text in
        ["<<<<", "é≤5", "tenant.", "tenant..p99 <= 1s", "a.b.c.d <= ", &"x".repeat(100_000), &"<=".repeat(50_000)]
    {
        assert!(Threshold::parse(text).is_err(), "{text}");
    }
    assert!(Threshold::parse(&format!("tenant.{}.recall.p99 <= 1s", "x.".repeat(20_000))).is_ok());
}
