//! Names as small integers, each kept once.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Names in the order in which they were first seen. The table is for finding, and is never walked.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    ends: Vec<usize>,
    places: HashTable<u32>,
}

impl Names {
    /// The number of a name, a new one where it is new.
    ///
    /// # Panics
    /// Beyond 2³² names.
    pub fn intern(&mut self, name: &str) -> u32 {
        let hash = xxh3_64(name.as_bytes());
        let (text, ends) = (&self.text, &self.ends);
        if let Some(place) = self.places.find(hash, |place| at(text, ends, *place) == name) {
            return *place;
        }
        let place = u32::try_from(self.ends.len()).expect("a file has fewer than 2³² rows, and so names");
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let (text, ends) = (&self.text, &self.ends);
        self.places.insert_unique(hash, place, |place| xxh3_64(at(text, ends, *place).as_bytes()));
        place
    }

    /// The name with that number.
    pub fn name(&self, number: u32) -> &str {
        at(&self.text, &self.ends, number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, by number.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.len()).map(|number| self.name(number))
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.ends == other.ends
    }
}

fn at<'t>(text: &'t str, ends: &[usize], number: u32) -> &'t str {
    let number = number as usize;
    let begin = number.checked_sub(1).map_or(0, |before| ends[before]);
    &text[begin..ends[number]]
}
