//! Callers without their names.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Names, Records};

impl Records {
    /// The same calls of callers whose names say nothing: each becomes 16 hexadecimal digits of its HMAC-SHA-256 (RFC
    /// 2104) under `key`. One caller stays one caller, in this file and in every other that the same key was used for.
    /// Whoever has the key can try phone numbers until one fits; nobody else can. Tenants and agents keep their names.
    #[must_use]
    pub fn anonymized(mut self, key: &[u8]) -> Self {
        let mut names = Names::default();
        let numbers: Vec<u32> = self.callers.iter().map(|name| names.intern(&pseudonym(key, name))).collect();
        for call in &mut self.calls {
            call.caller = call.caller.map(|caller| numbers[caller as usize]);
        }
        self.callers = names;
        self
    }
}

fn pseudonym(key: &[u8], name: &str) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    code.update(name.as_bytes());
    let digits = code.finalize().into_bytes();
    digits.iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text can be written");
        text
    })
}
