//! A row's texts to a call, or why not.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::clock::Instant;
use super::quantity::{Turns, span, turns};
use super::{Account, CallRecord, Clock, Column, Names, Records, Rejection, TimeKind};
use crate::base::Span;
use crate::workload::TracedTurns;

/// What a row has in each column, trimmed or not; nothing where the file has no such column.
pub(super) type Fields<'r> = [Option<&'r [u8]>; Column::ALL.len()];

/// Takes rows.
pub(super) struct Taker<'c> {
    clock: &'c Clock,
    kind: Option<TimeKind>,
    records: Records,
    /// Places of the calls whose callers are known, by all that they say.
    seen: HashTable<u32>,
    pub(super) remarks: Account,
}

impl<'c> Taker<'c> {
    pub(super) fn new(clock: &'c Clock, kept: usize) -> Self {
        let records = Records {
            calls: Vec::new(),
            callers: Names::default(),
            tenants: Names::default(),
            agents: Names::default(),
            kind: TimeKind::Seconds,
            turn_times: Vec::new(),
        };
        Self { clock, kind: None, records, seen: HashTable::new(), remarks: Account::keeping(kept) }
    }

    /// How many calls have been taken.
    pub(super) fn len(&self) -> usize {
        self.records.calls.len()
    }

    /// Takes the row on `line`.
    pub(super) fn take(&mut self, line: u64, fields: &Fields<'_>) -> Result<(), Rejection> {
        let [start, caller, tenant, duration, turns, agent, ring] = texts(fields)?;
        let instant = self.start(start)?;
        let duration = length(Column::Duration, duration)?;
        let ring = length(Column::Ring, ring)?;
        let turns_so_far = self.records.turn_times.len();
        let (turns, ring) = self.turns(turns, ring)?;
        let intern = |names: &mut Names, text: &str| (!text.is_empty()).then(|| names.intern(text));
        let call = CallRecord {
            start_ns: instant.ns,
            line,
            caller: intern(&mut self.records.callers, caller),
            tenant: intern(&mut self.records.tenants, tenant),
            agent: intern(&mut self.records.agents, agent),
            duration,
            ring,
            turns,
        };
        if let Some(first) = self.seen_before(&call) {
            self.records.turn_times.truncate(turns_so_far);
            return Err(Rejection::Duplicate { of: first });
        }
        if let Some(doubt) = instant.doubt {
            self.remarks.add(line, doubt.kind(), || doubt.sentence(start));
        }
        self.kind = Some(instant.kind);
        self.records.calls.push(call);
        Ok(())
    }

    /// All of them, in order; and how many were not.
    pub(super) fn finish(mut self) -> (Records, u64, Account) {
        let calls = &mut self.records.calls;
        let late = calls.windows(2).filter(|pair| pair[1].start_ns < pair[0].start_ns).count();
        calls.sort_by_key(|call| call.start_ns);
        self.records.kind = self.kind.unwrap_or(TimeKind::Seconds);
        (self.records, late as u64, self.remarks)
    }

    fn start(&self, text: &str) -> Result<Instant, Rejection> {
        if text.is_empty() {
            return Err(Rejection::NoStart);
        }
        let instant = self.clock.read(text)?;
        match self.kind {
            Some(others) if others != instant.kind => Err(Rejection::MixedTimes {
                found: text.to_owned(),
                this: if instant.kind == TimeKind::Dates { "a date" } else { "a number of seconds" },
                others: others.plural(),
            }),
            _ => Ok(instant),
        }
    }

    /// Turns, and the ringing before them: turn times say that better than a column of its own.
    fn turns(&mut self, text: &str, ring: Option<Span>) -> Result<(TracedTurns, Option<Span>), Rejection> {
        if text.is_empty() {
            return Ok((TracedTurns::Unknown, ring));
        }
        let wanted = "a count such as 5, or when turns began in seconds after the start, such as 4;11.5;20";
        let read = turns(text).ok_or_else(|| value(Column::Turns, text, wanted))?;
        let times = match read {
            Turns::Count(count) => return Ok((TracedTurns::Count(count), ring)),
            Turns::Times(times) => times,
        };
        let small = |number: usize| u32::try_from(number).map_err(|_| value(Column::Turns, text, "fewer turns in all"));
        let turns = TracedTurns::Times { first: small(self.records.turn_times.len())?, count: small(times.len())? };
        small(self.records.turn_times.len() + times.len())?;
        let answered = times[0];
        self.records.turn_times.extend(times.into_iter().map(|time| time - answered));
        Ok((turns, Some(answered)))
    }

    /// The line of a call that says the very same. Of callers whom nobody knows, nobody knows whether they are the same.
    fn seen_before(&mut self, call: &CallRecord) -> Option<u64> {
        call.caller?;
        let records = &self.records;
        let of_call = |call: &CallRecord| xxh3_64(&fingerprint(call));
        let same = |place: &u32| {
            let other = &records.calls[*place as usize];
            fingerprint(other) == fingerprint(call) && records.turn_times(other).eq(records.turn_times(call))
        };
        let hash = of_call(call);
        if let Some(first) = self.seen.find(hash, same) {
            return Some(records.calls[*first as usize].line);
        }
        let place = u32::try_from(records.calls.len()).expect("the reader counts calls by 32 bits");
        self.seen.insert_unique(hash, place, |place| of_call(&records.calls[*place as usize]));
        None
    }
}

/// All that a record says but its turn times and its line.
fn fingerprint(call: &CallRecord) -> [u8; 44] {
    let id = |number: Option<u32>| number.map_or(u32::MAX, |number| number).to_le_bytes();
    let span = |span: Option<Span>| span.map_or(u64::MAX, Span::ns).to_le_bytes();
    let turns = match call.turns {
        TracedTurns::Unknown => u64::MAX,
        TracedTurns::Count(count) => u64::from(count),
        TracedTurns::Times { count, .. } => u64::from(count) << 32,
    };
    let mut bytes = [0; 44];
    bytes[..8].copy_from_slice(&call.start_ns.to_le_bytes());
    bytes[8..12].copy_from_slice(&id(call.caller));
    bytes[12..16].copy_from_slice(&id(call.tenant));
    bytes[16..20].copy_from_slice(&id(call.agent));
    bytes[20..28].copy_from_slice(&span(call.duration));
    bytes[28..36].copy_from_slice(&span(call.ring));
    bytes[36..].copy_from_slice(&turns.to_le_bytes());
    bytes
}

/// The row as text; blank where there is nothing.
fn texts<'r>(fields: &Fields<'r>) -> Result<[&'r str; Column::ALL.len()], Rejection> {
    let mut texts = [""; Column::ALL.len()];
    for column in Column::ALL {
        let bytes = fields[column as usize].unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| Rejection::NoText(column))?.trim();
        if text.contains('\n') {
            return Err(Rejection::Lines(column));
        }
        texts[column as usize] = text;
    }
    Ok(texts)
}

fn length(column: Column, text: &str) -> Result<Option<Span>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    let wanted = "seconds from 0 up to a year, or hours, minutes and seconds such as 0:03:10";
    span(text).map(Some).ok_or_else(|| value(column, text, wanted))
}

fn value(column: Column, found: &str, wanted: &'static str) -> Rejection {
    Rejection::Value { column, found: found.to_owned(), wanted }
}
