//! When a call started, as records write it.
//!
//! A start is a number of seconds (of whatever beginning), or a date with its time. A date without an offset is local: it
//! needs a time zone, and where the clocks were put back or forward it may mean two instants or none. The earlier of two
//! is taken, and one that never was is moved on by as much as the clocks were; both are told.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{AmbiguousOffset, TimeZone};
use schemars::JsonSchema;
use serde::Serialize;

use super::Rejection;
use super::quantity::decimal_ns;

/// What starts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeKind {
    /// Seconds of some beginning that the file does not name.
    Seconds,
    /// Dates; what is kept of them is the time since 1970 began in Greenwich.
    Dates,
}

/// Reads starts.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Of local times.
    pub zone: Option<TimeZone>,
    /// How dates are written, in the letters of `strftime`, where it isn't as RFC 3339 has it.
    pub format: Option<String>,
}

/// A start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) ns: i64,
    pub(super) kind: TimeKind,
    pub(super) doubt: Option<Doubt>,
}

/// What is odd about a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The clocks were put back: it came twice.
    Twice,
    /// The clocks were put forward: it never came.
    Never,
}

impl TimeKind {
    pub(super) const fn plural(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Dates => "dates",
        }
    }
}

impl Doubt {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Twice => "a local time that came twice",
            Self::Never => "a local time that never was",
        }
    }

    /// What was made of it, in a sentence.
    pub(super) fn sentence(self, found: &str) -> String {
        match self {
            Self::Twice => {
                format!("start `{found}` came twice as clocks were put back: taken for the first of the two")
            }
            Self::Never => format!("start `{found}` never came as clocks were put forward: taken for as much later"),
        }
    }
}

impl Clock {
    /// An instant in nanoseconds, and of which kind it is, if `text` is one.
    pub fn instant(&self, text: &str) -> Option<(i64, TimeKind)> {
        self.read(text).ok().map(|instant| (instant.ns, instant.kind))
    }

    /// A start in nanoseconds.
    pub(super) fn read(&self, text: &str) -> Result<Instant, Rejection> {
        if let Some(format) = &self.format {
            return self.formatted(text, format);
        }
        if let Some(ns) = decimal_ns(text) {
            return Ok(Instant { ns, kind: TimeKind::Seconds, doubt: None });
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(text, "so many seconds don't fit: are these milliseconds? divide them"));
        }
        // Behind the date, a sign belongs to an offset.
        if text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-'])) {
            return Ok(date(DATES.parse_timestamp(text).map_err(|_| wrong(text, HOW))?, None));
        }
        if text.len() <= 10 {
            return Err(wrong(text, HOW));
        }
        let local = DATES.parse_datetime(text).map_err(|_| wrong(text, HOW))?;
        self.placed(text, local)
    }

    fn formatted(&self, text: &str, format: &str) -> Result<Instant, Rejection> {
        let parsed =
            strtime::parse(format, text).map_err(|error| wrong(text, &format!("by --time-format, {error}")))?;
        if parsed.offset().is_some() {
            let at = parsed.to_timestamp().map_err(|error| wrong(text, &error.to_string()))?;
            return Ok(date(at, None));
        }
        self.placed(text, parsed.to_datetime().map_err(|error| wrong(text, &error.to_string()))?)
    }

    /// Where a local time lies.
    fn placed(&self, text: &str, local: DateTime) -> Result<Instant, Rejection> {
        let zone = self.zone.as_ref().ok_or_else(|| wrong(text, "it has no offset: say where by --time-zone"))?;
        let ambiguous = zone.to_ambiguous_timestamp(local);
        let doubt = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => Some(Doubt::Never),
            AmbiguousOffset::Fold { .. } => Some(Doubt::Twice),
        };
        let at = ambiguous.compatible().map_err(|error| wrong(text, &error.to_string()))?;
        Ok(date(at, doubt))
    }
}

fn date(at: Timestamp, doubt: Option<Doubt>) -> Instant {
    // Until the year 2262, and nobody has called after that.
    let ns = i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
    Instant { ns, kind: TimeKind::Dates, doubt }
}

fn wrong(found: &str, why: &str) -> Rejection {
    Rejection::Time { found: found.to_owned(), why: why.to_owned() }
}

static DATES: DateTimeParser = DateTimeParser::new();
const HOW: &str =
    "write seconds, or a date such as 2026-03-02T09:30:00+01:00, or say how it is written by --time-format";
