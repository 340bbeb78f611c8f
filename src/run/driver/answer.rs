//! What came of an operation.

use crate::base::{Span, Time};
use crate::measure::ErrorCode;

/// What came of an operation, on the run's clock.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Everything the client was told, as JSON text; or the code of the error.
    pub(crate) outcome: Result<String, ErrorCode>,
    /// When it was handed to the driver.
    pub(crate) sent: Time,
    /// When the driver really began.
    pub(crate) started: Time,
    /// When the client had its answer.
    pub(crate) ended: Time,
    /// How long it waited in the harness because the driver takes on no more at once.
    pub(crate) queued: Span,
}
