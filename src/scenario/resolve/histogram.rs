//! Measured values from an `HdrHistogram` interval log.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry, Tag};

/// Values that stand for the intervals of a log that carry `tag`: equally many in every equal share of what was
/// measured. Else what is wrong with the file, to follow its name.
pub(super) fn read(path: &Path, tag: Option<&str>) -> Result<Vec<u64>, String> {
    let mut sum = Histogram::<u64>::new(3).expect("three digits are within what a histogram keeps");
    for_each_interval(path, |carried, part| {
        if tag.is_some() && carried != tag {
            return Ok(());
        }
        sum.add(part).map_err(|_| "holds intervals that don't add up")
    })?;
    if sum.is_empty() {
        return Err("holds no values of that tag".to_owned());
    }
    Ok((0..STEPS).map(|step| sum.value_at_quantile((f64::from(step) + 0.5) / f64::from(STEPS))).collect())
}

/// How many samples an `HdrHistogram` interval log holds of each tag. Else what is wrong with the file, to follow its
/// name.
pub fn samples_by_tag(path: &Path) -> Result<BTreeMap<String, u64>, String> {
    let mut samples = BTreeMap::new();
    for_each_interval(path, |tag, part| {
        *samples.entry(tag.unwrap_or_default().to_owned()).or_default() += part.len();
        Ok(())
    })?;
    Ok(samples)
}

fn for_each_interval(
    path: &Path,
    mut take: impl FnMut(Option<&str>, Histogram<u64>) -> Result<(), &'static str>,
) -> Result<(), String> {
    let log = std::fs::read(path).map_err(|error| format!("can't be read: {error}"))?;
    let mut reader = Deserializer::new();
    for entry in IntervalLogIterator::new(&log) {
        let LogEntry::Interval(interval) = entry.map_err(|_| "is no interval log")? else { continue };
        let bytes = BASE64.decode(interval.encoded_histogram()).map_err(|_| "holds an interval that is no base64")?;
        let part: Histogram<u64> =
            reader.deserialize(&mut bytes.as_slice()).map_err(|_| "holds an interval that is no histogram")?;
        take(interval.tag().as_ref().map(Tag::as_str), part)?;
    }
    Ok(())
}

/// So many values tell a p99.9 from a p99.8.
const STEPS: u32 = 2000;
