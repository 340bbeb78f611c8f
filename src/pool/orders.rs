//! What a pool has ordered and nobody has carried out yet, oldest first.
//!
//! Mostly there is one, looked at as soon as it is given. So this is a list that begins anew whenever it has been read to
//! its end, and an order is read where it stands: to copy it costs more than to carry it out.

use super::decision::Decision;

#[derive(Debug, Default)]
pub(super) struct Orders {
    given: Vec<Decision>,
    /// So many of them have been read.
    read: usize,
}

impl Orders {
    #[inline]
    pub(super) fn push(&mut self, order: Decision) {
        if self.is_empty() {
            self.given.clear();
            self.read = 0;
        }
        self.given.push(order);
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.read == self.given.len()
    }

    /// The next one, to be carried out.
    #[inline]
    pub(super) fn next(&mut self) -> Option<&Decision> {
        let next = self.given.get(self.read)?;
        self.read += 1;
        Some(next)
    }

    /// The youngest, which may be [taken back](Self::take_back).
    pub(super) fn last(&self) -> Option<&Decision> {
        self.given[self.read..].last()
    }

    pub(super) fn take_back(&mut self) {
        if !self.is_empty() {
            self.given.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::RuntimeId;

    #[test]
    fn orders_are_read_once_in_their_order_and_only_those_not_read_are_taken_back() {
        let order = |raw| Decision::Discard { runtime: RuntimeId::from(slotmap::KeyData::from_ffi(raw)) };
        let mut orders = Orders::default();
        for raw in [1, 2, 3] {
            orders.push(order(raw));
        }
        assert_eq!((orders.next().copied(), orders.last().copied()), (Some(order(1)), Some(order(3))));
        orders.take_back();
        orders.push(order(4));
        assert_eq!([(); 2].map(|()| orders.next().copied()), [Some(order(2)), Some(order(4))]);
        assert!(orders.is_empty() && orders.last().is_none());
        orders.take_back();
        assert_eq!(orders.next(), None);
        orders.push(order(5));
        assert_eq!(orders.next(), Some(&order(5)));
    }
}
