//! Call records: what a telephone system wrote down, read, cleaned, described and made into a trace.
//!
//! [`Reader`] takes bytes (CSV or JSON lines, gzipped or not) and gives [`Records`], with a [`Remark`] for every row that
//! it could not take and why. [`Selection`] keeps a part of them, whole callers at a time; [`Records::anonymized`] takes
//! the names away and keeps who is the same; [`describe`] says what matters of them; [`Records::trace`] makes them what a
//! workload plays. Nothing here opens a file: whoever does passes in a reader, a time zone and a key.
//!
//! Callers, tenants and agents are interned, so that a million rows are a million small structs and no strings. The
//! tables are hashed with a fixed hash and never walked, so that their order cannot matter.

mod account;
mod anonymized;
mod clock;
mod column;
mod describe;
mod error;
mod names;
mod quantity;
mod reader;
mod record;
mod row;
mod selection;
mod source;
#[cfg(test)]
mod tests;
mod written;

pub use account::{Account, Remark};
pub use clock::{Clock, TimeKind};
pub use column::{Column, Columns, ColumnsError};
pub use describe::{BusyHour, Description, Fit, Holds, HourOfDay, Load, Peak, Popularity, Returns, Shape, describe};
pub use error::{ReadError, Rejection};
pub use names::Names;
pub use reader::{Reader, Reading};
pub use record::{CallRecord, Records};
pub use selection::Selection;
