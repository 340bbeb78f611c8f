//! Ids as folder names.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// The folder name of an id: never empty, never longer than a file system takes, without dots and separators, and
/// different for different ids.
///
/// Letters, digits and `-_@+` stand for themselves, every other byte is percent-encoded. An id too long for that goes
/// by its SHA-256, and the empty id by a lone `%`; both begin with a `%` that no two hexadecimal digits follow, so
/// they collide with no literal name.
pub(crate) fn folder_name(id: &str) -> String {
    if id.is_empty() {
        return "%".to_owned();
    }
    let literal = utf8_percent_encode(id, ENCODED).to_string();
    if literal.len() <= LONGEST {
        return literal;
    }
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().fold("%sha256-".to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'@').remove(b'+');

/// `NAME_MAX` of the usual file systems, in bytes.
const LONGEST: usize = 255;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn plain_ids_read_as_themselves() {
        assert_eq!(folder_name("caller-17_b"), "caller-17_b");
        assert_eq!(folder_name("+4915112345"), "+4915112345");
    }

    #[test]
    fn no_id_leaves_its_folder_or_meets_another() {
        let long = "x".repeat(10_000);
        let longer = format!("{long}x");
        let hashed = folder_name(&long);
        let ids = [
            "",
            ".",
            "..",
            "../other",
            "/etc/passwd",
            "a/b",
            "a%2Fb",
            "a\\b",
            "nul\0",
            "%",
            "%sha256-",
            "outbox.jsonl",
            "a b",
            " a",
            "\u{1f4de}",
            "e\u{301}",
            "\u{e9}",
            &long,
            &longer,
            &hashed,
        ];
        let names: HashSet<String> = ids.iter().map(|id| folder_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "two ids share a name");
        for name in names {
            assert!((1..=LONGEST).contains(&name.len()), "{name}");
            assert!(!name.contains(['/', '\\', '.', '\0']), "{name}");
        }
    }

    #[test]
    fn the_longest_literal_name_fits_and_the_next_is_hashed() {
        assert_eq!(folder_name(&"x".repeat(255)).len(), 255);
        assert!(folder_name(&"x".repeat(256)).starts_with("%sha256-"));
    }
}
