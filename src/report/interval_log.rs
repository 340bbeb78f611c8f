//! Samples as an `HdrHistogram` interval log, which the usual tools read: one interval with a tag for each series.

use std::time::{Duration, UNIX_EPOCH};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

/// When samples were taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    /// When the run began, since 1970.
    pub(super) start: Duration,
    /// When the first could be taken, after that.
    pub(super) from: Duration,
    /// And for how long.
    pub(super) lasting: Duration,
}

/// The log. Values are nanoseconds; the maximum that stands beside each series for human readers is in milliseconds, as
/// the other tools write it. Tags hold neither comma nor blank.
pub(super) fn interval_log<'h>(
    comment: &str,
    interval: Interval,
    series: impl Iterator<Item = (&'static str, &'h Histogram<u64>)>,
) -> Vec<u8> {
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut head = IntervalLogWriterBuilder::new();
    head.add_comment(comment).add_comment("[Histogram log format version 1.3]");
    head.with_start_time(UNIX_EPOCH + interval.start);
    head.begin_log_with(&mut log, &mut serializer).map(drop).expect(IN_MEMORY);
    log.extend_from_slice(LEGEND);
    let mut body = IntervalLogWriterBuilder::new();
    body.with_max_value_divisor(NS_PER_MS);
    let mut body = body.begin_log_with(&mut log, &mut serializer).expect(IN_MEMORY);
    for (name, histogram) in series {
        let tag = Some(Tag::new(name).expect("our names hold neither comma nor blank"));
        body.write_histogram(histogram, interval.from, interval.lasting, tag).expect(IN_MEMORY);
    }
    log
}

const LEGEND: &[u8] = b"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
const NS_PER_MS: f64 = 1e6;
const IN_MEMORY: &str = "writing to memory cannot fail";

#[cfg(test)]
mod tests {
    use base64::Engine;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;

    #[test]
    fn reads_back_as_what_was_written() {
        let mut boots = Histogram::<u64>::new(3).unwrap();
        (1..=40_u64).for_each(|ms| boots.record(ms * 1_000_000).unwrap());
        let interval = Interval {
            start: Duration::from_millis(1_795_341_401_250),
            from: Duration::from_secs(10),
            lasting: Duration::from_secs(50),
        };
        let log = interval_log("a test", interval, [("boot.cold", &boots)].into_iter());
        let entries: Vec<LogEntry<'_>> = IntervalLogIterator::new(&log).map(Result::unwrap).collect();
        let [LogEntry::StartTime(start), LogEntry::Interval(read)] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!(*start, interval.start);
        assert_eq!((read.start_timestamp(), read.duration()), (interval.from, interval.lasting));
        assert_eq!(read.tag().as_deref(), Some("boot.cold"));
        assert!((read.max() - 40.0).abs() < 0.1, "milliseconds: {}", read.max());
        let bytes = base64::engine::general_purpose::STANDARD.decode(read.encoded_histogram()).unwrap();
        let back: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
        assert_eq!(back, boots);
    }

    #[test]
    fn the_head_is_what_the_usual_tools_look_for() {
        let interval = Interval { start: Duration::from_secs(1), from: Duration::ZERO, lasting: Duration::ZERO };
        let log = String::from_utf8(interval_log("a test", interval, std::iter::empty())).unwrap();
        let head: Vec<&str> = log.lines().take(4).collect();
        assert_eq!(
            head,
            [
                "#a test",
                "#[Histogram log format version 1.3]",
                "#[StartTime: 1.000 (seconds since epoch)]",
                "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\""
            ]
        );
    }
}
