//! Law 4 from outside: which runtime of a pool was given which port.

use std::ops::RangeInclusive;

use crate::pool::RuntimeId;

/// The ports a pool may hand out, and to whom it has.
#[derive(Debug)]
pub(super) struct PortBook {
    range: RangeInclusive<u16>,
    /// By place in the range.
    held: Vec<Option<RuntimeId>>,
}

/// Why a port must not be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// It is none of the range's.
    Outside,
    /// Another has it.
    HeldBy(RuntimeId),
}

impl PortBook {
    pub(super) fn new(range: &RangeInclusive<u16>) -> Self {
        Self { range: range.clone(), held: vec![None; range.len()] }
    }

    /// The port is given to a runtime.
    pub(super) fn give(&mut self, port: u16, runtime: RuntimeId) -> Result<(), Misplaced> {
        let holder = self.holder(port).ok_or(Misplaced::Outside)?;
        match holder.replace(runtime) {
            Some(other) if other != runtime => Err(Misplaced::HeldBy(other)),
            _ => Ok(()),
        }
    }

    /// The runtime does without its port from now on.
    pub(super) fn take_back(&mut self, port: u16, runtime: RuntimeId) {
        if let Some(holder) = self.holder(port).filter(|holder| **holder == Some(runtime)) {
            *holder = None;
        }
    }

    fn holder(&mut self, port: u16) -> Option<&mut Option<RuntimeId>> {
        let place = port.checked_sub(*self.range.start())?;
        self.held.get_mut(usize::from(place))
    }
}
