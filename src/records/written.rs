//! Records as a clean file: sorted, in seconds from its beginning, under our own names of columns.

use std::io::{self, Write};

use super::{CallRecord, Column, Records};
use crate::base::Span;
use crate::workload::TracedTurns;

impl Records {
    /// Writes the calls as CSV. Starts are seconds from `origin_ns` on, calls coming `speed` times as often; columns that no
    /// call has anything in are left out.
    pub fn write(&self, to: impl Write, origin_ns: i64, speed: f64) -> io::Result<()> {
        let columns: Vec<Column> = Column::ALL.into_iter().filter(|column| self.has(*column)).collect();
        let mut writer = csv::WriterBuilder::new().buffer_capacity(CHUNK).from_writer(to);
        writer.write_record(columns.iter().map(|column| column.name()))?;
        let mut text = String::new();
        for call in &self.calls {
            for column in &columns {
                text.clear();
                self.field(&mut text, call, *column, (origin_ns, speed));
                writer.write_field(&text)?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    }

    fn has(&self, column: Column) -> bool {
        let any = |has: fn(&CallRecord) -> bool| self.calls.iter().any(has);
        match column {
            Column::Start | Column::Caller => true,
            Column::Tenant => any(|call| call.tenant.is_some()),
            Column::Duration => any(|call| call.duration.is_some()),
            Column::Turns => any(|call| call.turns != TracedTurns::Unknown),
            Column::Agent => any(|call| call.agent.is_some()),
            Column::Ring => any(|call| call.ring.is_some()),
        }
    }

    fn field(&self, text: &mut String, call: &CallRecord, column: Column, (origin_ns, speed): (i64, f64)) {
        match column {
            Column::Start => {
                let since = (call.start_ns - origin_ns).max(0).unsigned_abs();
                let at_speed = if (speed - 1.0).abs() < f64::EPSILON {
                    Span::from_ns(since)
                } else {
                    Span::from_secs_f64(since as f64 / 1e9 / speed)
                };
                write_seconds(text, at_speed);
            }
            Column::Caller => text.push_str(call.caller.map_or("", |caller| self.callers.name(caller))),
            Column::Tenant => text.push_str(call.tenant.map_or("", |tenant| self.tenants.name(tenant))),
            Column::Agent => text.push_str(call.agent.map_or("", |agent| self.agents.name(agent))),
            Column::Duration => call.duration.into_iter().for_each(|duration| write_seconds(text, duration)),
            Column::Ring => call.ring.into_iter().for_each(|ring| write_seconds(text, ring)),
            Column::Turns => self.write_turns(text, call),
        }
    }

    fn write_turns(&self, text: &mut String, call: &CallRecord) {
        if let TracedTurns::Count(count) = call.turns {
            text.push_str(&count.to_string());
        }
        for time in self.turn_times(call) {
            write_seconds(text, time);
            text.push(';');
        }
    }
}

/// Seconds, with as many digits as they need.
fn write_seconds(text: &mut String, span: Span) {
    let (seconds, rest) = (span.ns() / 1_000_000_000, span.ns() % 1_000_000_000);
    text.push_str(&seconds.to_string());
    if rest > 0 {
        let digits = format!("{rest:09}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
}

const CHUNK: usize = 1 << 16;
