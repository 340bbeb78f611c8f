//! A strict reader of `OpenMetrics` text, as far as we write it.
//!
//! By the specification, 1.0 (<https://prometheus.io/docs/specs/om/open_metrics_spec/>): families stand together and are
//! described before their samples, counters end in `_total`, buckets ascend and end with `+Inf`, nothing comes twice, and
//! the last line is `# EOF`.

use std::collections::{BTreeMap, BTreeSet};

/// Samples by their names with their labels as written: `busyhour_calls_total{tenant="acme"}`.
pub(crate) type Samples = BTreeMap<String, f64>;

/// Reads all of it.
#[track_caller]
pub(crate) fn read(text: &str) -> Samples {
    let body = text.strip_suffix("# EOF\n").expect("it ends with its end mark");
    let (mut samples, mut families) = (Samples::new(), BTreeSet::new());
    let (mut name, mut kind) = (String::new(), String::new());
    for line in body.lines() {
        if let Some(described) = line.strip_prefix("# ") {
            let [keyword, of, rest] = described.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            match keyword {
                "HELP" | "UNIT" | "TYPE" if of == name => {}
                "HELP" | "TYPE" => assert!(families.insert(of.to_owned()), "a second {of}"),
                _ => panic!("{line}"),
            }
            if keyword == "TYPE" {
                rest.clone_into(&mut kind);
            }
            assert!(keyword != "UNIT" || of.ends_with(&format!("_{rest}")), "{line}");
            of.clone_into(&mut name);
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let (of, labels) = sample.split_once('{').map_or((sample, ""), |(of, rest)| (of, rest));
        let suffix = of.strip_prefix(&name).unwrap_or_else(|| panic!("{line} is not of {name}"));
        let fits: &[&str] = match kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => panic!("a {other}"),
        };
        assert!(fits.contains(&suffix), "{line}");
        assert!(labels.is_empty() || are_labels(labels.strip_suffix('}').expect(line)), "{line}");
        let value: f64 = value.parse().expect(line);
        assert!(value >= 0.0, "{line}");
        assert!(samples.insert(sample.to_owned(), value).is_none(), "{line} comes twice");
    }
    buckets_are_sound(&samples);
    samples
}

/// `name="value",…`, where a quote, a backslash or a line's end in a value is escaped.
fn are_labels(labels: &str) -> bool {
    let mut rest = labels;
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once("=\"") else { return false };
        if !name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_') {
            return false;
        }
        let mut escaped = false;
        let end = after.find(|sign| {
            let ends = sign == '"' && !escaped;
            escaped = sign == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { return false };
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    true
}

/// They ascend, and the last of them holds all.
fn buckets_are_sound(samples: &Samples) {
    let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for (sample, value) in samples {
        let Some((name, labels)) = sample.split_once("_bucket{le=\"") else { continue };
        let (bound, labels) = labels.split_once("\",").expect("a bucket has its bound first, and other labels");
        let bound = bound.replace("+Inf", "inf").parse().expect("a bound is a number");
        series.entry(format!("{name}_count{{{labels}")).or_default().push((bound, *value));
    }
    for (count, mut buckets) in series {
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(buckets.is_sorted_by(|one, other| one.0 < other.0 && one.1 <= other.1), "{count}: {buckets:?}");
        assert_eq!(buckets.last(), Some(&(f64::INFINITY, samples[&count])), "{count}");
    }
}

#[test]
fn what_is_wrong_is_not_read() {
    let good = "# HELP a_x X.\n# TYPE a_x counter\na_x_total{t=\"a\\\"}\\\\\"} 1\n# EOF\n";
    assert_eq!(read(good).len(), 1);
    for (from, to) in [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\nmore"),
        ("_total", ""),
        ("counter", "summary"),
        ("1\n", "-1\n"),
        ("1\n", "one\n"),
        ("\\\\\"}", "\\\\}"),
        ("t=", "T="),
        ("# TYPE", "a_x_total 1\n# TYPE"),
        ("# EOF", "a_x_total{t=\"a\\\"}\\\\\"} 2\n# EOF"),
        ("# EOF", "# TYPE b gauge\nb 1\n# TYPE a_x counter\n# EOF"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert!(std::panic::catch_unwind(|| read(&bad)).is_err(), "{bad}");
    }
}
