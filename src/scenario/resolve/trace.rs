//! Call records as arrivals.

use std::fs::File;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::Resolver;
use crate::base::{Span, Time};
use crate::records::{Clock, Reader, Records, TimeKind};
use crate::scenario::typed::{self, Duration, Place, Placed, Quantity};
use crate::workload::Trace;

impl Resolver {
    /// The records that the tenant called `name` plays.
    pub(super) fn trace(
        &mut self,
        typed: &typed::Arrivals,
        name: &str,
        what: &str,
        place: &Place,
    ) -> Option<Arc<Trace>> {
        let file = self.needed(typed.file.as_ref(), "file", what, place)?;
        let speed = typed.speed.as_ref().map_or(1.0, |speed| self.real(speed, "a speed", SLOWEST..=FASTEST));
        let records = self.records(file)?;
        let origin_ns = self.origin(typed.from.as_ref(), &records)?;
        let tenant = self.whose(typed.tenant.as_ref(), file, name, &records).ok()?;
        let trace = records.trace(tenant, origin_ns, speed);
        if trace.calls().first().is_none_or(|first| first.answered_at >= Time::ZERO + self.clock.duration) {
            self.nobody_calls(file, &trace);
        }
        Some(Arc::new(trace))
    }

    /// A file's records, read once for all tenants.
    fn records(&mut self, file: &Placed<String>) -> Option<Rc<Records>> {
        let path = self.folder.join(&file.value);
        if let Some((_, known)) = self.records.iter().find(|(known, _)| *known == path) {
            return Some(Rc::clone(known));
        }
        match read(&path) {
            Ok(records) => {
                let records = Rc::new(records);
                self.records.push((path, Rc::clone(&records)));
                Some(records)
            }
            Err(reason) => {
                let help = "write it by `busyhour import RECORDS --output calls.csv`, beside the scenario file";
                self.problems.add(&file.place, format!("{}: {reason}", path.display()), help);
                None
            }
        }
    }

    /// Which instant of the records is the start of the run.
    fn origin(&mut self, from: Option<&Placed<String>>, records: &Records) -> Option<i64> {
        let Some(Placed { value: text, place }) = from else {
            return Some(if records.kind == TimeKind::Dates { records.first_ns().unwrap_or(0) } else { 0 });
        };
        let (origin, help) = match records.kind {
            TimeKind::Seconds => {
                let span = Duration::parse(text).ok();
                (span.and_then(|span| i64::try_from(span.ns()).ok()), "the records count seconds: write \"9h\"")
            }
            TimeKind::Dates => {
                let at = Clock::default().instant(text).filter(|(_, kind)| *kind == TimeKind::Dates);
                (at.map(|(ns, _)| ns), "the records have dates: write \"2026-03-02T09:00:00Z\"")
            }
        };
        if origin.is_none() {
            self.problems.add(place, format!("{text:?} is no instant of these records"), help);
        }
        origin
    }

    /// The tenant whose records are played; nobody in particular where the file knows none.
    fn whose(
        &mut self,
        typed: Option<&Placed<String>>,
        file: &Placed<String>,
        name: &str,
        records: &Records,
    ) -> Result<Option<u32>, NotThere> {
        let (wanted, place) = typed.map_or((name, &file.place), |typed| (&*typed.value, &typed.place));
        if records.tenants.is_empty() && typed.is_none() {
            return Ok(None);
        }
        let found = (0..).zip(records.tenants.iter()).find(|(_, known)| *known == wanted);
        if found.is_none() {
            let known: Vec<&str> = records.tenants.iter().take(SHOWN).collect();
            let message = format!("{} has no calls of a tenant {wanted:?}", file.value);
            let help = match &known[..] {
                [] => "it has no column of tenants: leave `tenant` out".to_owned(),
                known => format!("write `tenant = …` with one of {}", known.join(", ")),
            };
            self.problems.add(place, message, help);
        }
        found.map(|(number, _)| Some(number)).ok_or(NotThere)
    }

    fn nobody_calls(&mut self, file: &Placed<String>, trace: &Trace) {
        let message = match trace.calls().first() {
            None => format!("{} has no calls after the start of the run", file.value),
            Some(first) => {
                let (first, window) =
                    (Span::from_secs(first.answered_at.since(Time::ZERO).ns() / NS), self.clock.duration);
                format!("the first call of {} comes {first} after the start, behind the window of {window}", file.value)
            }
        };
        self.problems.add(&file.place, message, "say by `from = …` where in the records the run starts");
    }
}

/// A tenant of whom the file knows nothing.
struct NotThere;

/// Reads a file whose every row must be right.
fn read(path: &Path) -> Result<Records, String> {
    let metadata = std::fs::metadata(path).map_err(|error| format!("can't be read: {error}"))?;
    if !metadata.is_file() {
        return Err("is no file".to_owned());
    }
    let file = File::open(path).map_err(|error| format!("can't be read: {error}"))?;
    let reader = Reader { strict: true, ..Reader::default() };
    let reading =
        reader.read(file).map_err(|error| error.to_string().replace(" (--strict accepts no such row)", ""))?;
    Ok(reading.records)
}

const NS: u64 = 1_000_000_000;
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 1000.0;
/// Names beyond these would hide the message.
const SHOWN: usize = 8;
