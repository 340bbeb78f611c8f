//! The key by which callers lose their names.

use std::path::Path;

use uuid::Uuid;

use super::{Failure, question};

/// From the file, the environment, or by chance; one that was drawn is told, since nobody can make the same names without
/// it again.
pub(super) fn key(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    let given = match file {
        Some(file) => Some(std::fs::read(file).map_err(|error| {
            question(&format!("the key can't be read from {}: {error}", file.display()), "name a file that holds a key")
        })?),
        None => std::env::var_os(VARIABLE).map(std::ffi::OsString::into_encoded_bytes),
    };
    let Some(given) = given else {
        // Two of them are 244 random bits.
        let drawn = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        crate::cli::tell(&format!(
            "busyhour: callers' names are hashed by the key {drawn}; keep it to yourself, and give it as {VARIABLE} to hash \
             further records alike"
        ));
        return Ok(drawn.into_bytes());
    };
    let key = given.trim_ascii();
    if key.len() < SHORTEST {
        let message = format!("a key of {} bytes can be guessed", key.len());
        return Err(question(&message, "use at least 16, such as by: head -c 32 /dev/urandom | base64 > key"));
    }
    Ok(key.to_vec())
}

const VARIABLE: &str = "BUSYHOUR_KEY";
const SHORTEST: usize = 16;
