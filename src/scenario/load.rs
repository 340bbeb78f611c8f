//! A path to a scenario.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::problem::{ScenarioError, WrongText};
use super::{Scenario, resolve, syntax};

impl Scenario {
    /// Reads and checks the scenario in `file`.
    pub fn load(file: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let file = file.as_ref();
        let text = text(file, read(file)?)?;
        Self::from_text(file, text)
    }

    /// Checks the scenario `text`, as though it had been read from `file`; other files it names are looked for there.
    pub fn from_text(file: &Path, text: String) -> Result<Self, ScenarioError> {
        let sha256 = hexadecimal(&Sha256::digest(&text));
        let source = resolve::Source { file: file.to_owned(), sha256, text: Arc::from(text.as_str()) };
        let scenario = syntax::parse(&text)
            .map_err(|problem| vec![problem])
            .and_then(|document| resolve::scenario(&document, source));
        scenario.map_err(|problems| Box::new(WrongText::new(file, text, problems)).into())
    }
}

/// The bytes of a file of bearable size.
fn read(file: &Path) -> Result<Vec<u8>, ScenarioError> {
    let unreadable = |reason| ScenarioError::Unreadable { file: file.to_owned(), reason };
    // Asked before opening, because opening a pipe waits for its writer.
    let metadata = std::fs::metadata(file).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(ScenarioError::NoFile { file: file.to_owned() });
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|opened| opened.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let bytes = metadata.len().max(bytes.len() as u64);
        return Err(ScenarioError::TooLarge { file: file.to_owned(), bytes, limit: LARGEST });
    }
    Ok(bytes)
}

/// The bytes as text.
fn text(file: &Path, bytes: Vec<u8>) -> Result<String, ScenarioError> {
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..=offset].split(|byte| *byte == b'\n').count();
        ScenarioError::NoText { file: file.to_owned(), offset, line }
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// A thousand tenants fit ten times over.
const LARGEST: u64 = 4 << 20;
