//! Which small integer stands for which user in the pool.

use std::collections::HashMap;
use std::sync::Arc;

use crate::pool::Key;

/// Hands out keys for user ids and takes them back, so that memory follows the users at hand and not all there were.
#[derive(Debug, Default)]
pub(super) struct KeyBook {
    keys: HashMap<Arc<str>, Key>,
    names: Vec<Option<Arc<str>>>,
    free: Vec<Key>,
    sweep_at: usize,
}

impl KeyBook {
    /// The user's key. `in_use` tells of any key whether the pool still holds something for it.
    pub(super) fn key(&mut self, user: &str, in_use: impl Fn(Key) -> bool) -> Key {
        if let Some(key) = self.keys.get(user) {
            return *key;
        }
        if self.keys.len() >= self.sweep_at {
            self.sweep(in_use);
        }
        let name: Arc<str> = user.into();
        let key = self.free.pop().unwrap_or_else(|| {
            self.names.push(None);
            Key(u32::try_from(self.names.len() - 1).expect("fewer than 2³² users hold a runtime at once"))
        });
        self.names[key.0 as usize] = Some(Arc::clone(&name));
        self.keys.insert(name, key);
        key
    }

    /// The user the key stands for.
    pub(super) fn name(&self, key: Key) -> Arc<str> {
        let name = self.names[key.0 as usize].as_ref();
        Arc::clone(name.expect("a key the pool holds is taken back only when it holds nothing for it"))
    }

    /// Takes back the keys that are not in use. Runs when the book has doubled, so its cost per user is constant.
    fn sweep(&mut self, in_use: impl Fn(Key) -> bool) {
        let (names, free) = (&mut self.names, &mut self.free);
        self.keys.retain(|_, key| {
            let keep = in_use(*key);
            if !keep {
                names[key.0 as usize] = None;
                free.push(*key);
            }
            keep
        });
        self.sweep_at = (2 * self.keys.len()).max(SMALLEST_SWEEP);
    }
}

/// A book with fewer users than this is not worth sweeping.
const SMALLEST_SWEEP: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_keeps_its_key_while_it_is_in_use() {
        let mut book = KeyBook::default();
        let first = book.key("one", |_| true);
        for other in 0..1000 {
            book.key(&format!("user {other}"), |key| key == first);
        }
        assert_eq!(book.key("one", |_| true), first);
        assert_eq!(&*book.name(first), "one");
    }

    #[test]
    fn the_book_does_not_grow_with_the_users_it_has_forgotten() {
        let mut book = KeyBook::default();
        for user in 0..100_000 {
            book.key(&user.to_string(), |_| false);
        }
        assert!(book.names.len() <= SMALLEST_SWEEP, "{} keys for nobody", book.names.len());
    }
}
