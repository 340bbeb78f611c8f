//! Which client is put under load, as it can be typed in a file and on a command line.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::base::Span;

/// The client that is put under load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientModel {
    /// What plays it.
    pub driver: Driver,
    /// How long a driver may keep silent while it owes an answer.
    pub patience: Span,
    /// What `--client` said, where it said anything.
    pub asked: Option<String>,
}

/// What plays the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// The client of this program, within it.
    #[default]
    Builtin,
    /// The official SDK, by the driver that comes with this program.
    MemoairVoice,
    /// A child process for each worker.
    Command {
        /// Program and arguments; at least the program.
        words: Vec<String>,
        /// Where it is started; here where absent.
        folder: Option<PathBuf>,
    },
}

impl Driver {
    /// What the drivers of this program are called.
    pub const NAMES: [&'static str; 2] = [BUILTIN, MEMOAIR_VOICE];

    /// The driver of that name, or the command that the text is: words between blanks, quotes as in a shell. A program
    /// with a slash is looked for in `folder`, where it is started, and another on the search path.
    pub fn typed(text: &str, folder: Option<&Path>) -> Result<Self, &'static str> {
        match text.trim() {
            BUILTIN => Ok(Self::Builtin),
            MEMOAIR_VOICE => Ok(Self::MemoairVoice),
            command => Self::command(words(command)?, folder),
        }
    }

    /// A command, word by word.
    pub fn command(mut words: Vec<String>, folder: Option<&Path>) -> Result<Self, &'static str> {
        let Some(program) = words.first_mut().filter(|program| !program.is_empty()) else {
            return Err("the command is empty");
        };
        if words_have_nul(program) {
            return Err("a command cannot have a NUL in it");
        }
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned);
        if program.contains('/') {
            let path = folder.clone().unwrap_or_default().join(&*program);
            *program = std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned();
        }
        Ok(Self::Command { words, folder })
    }

    /// What it is called in a report.
    pub fn name(&self) -> String {
        match self {
            Self::Builtin => BUILTIN.to_owned(),
            Self::MemoairVoice => MEMOAIR_VOICE.to_owned(),
            Self::Command { words, .. } => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        }
    }
}

impl ClientModel {
    /// The client that `--client` asks for, in place of the scenario's own. A command is started here.
    pub fn ask_for(&mut self, typed: &str) -> Result<(), &'static str> {
        let here = std::path::absolute(".").ok();
        self.driver = Driver::typed(typed, here.as_deref())?;
        self.asked = Some(typed.to_owned());
        Ok(())
    }
}

impl Default for ClientModel {
    fn default() -> Self {
        Self { driver: Driver::Builtin, patience: PATIENCE, asked: None }
    }
}

fn words_have_nul(program: &str) -> bool {
    program.contains('\0')
}

/// The words of a command line: blanks part them, quotes hold them together.
fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for sign in line.chars() {
        match (sign, quote) {
            (_, Some(open)) if sign == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (blank, None) if blank.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(sign),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed");
    }
    words.extend(word);
    Ok(words)
}

/// A word as [`words`] reads it again.
fn quoted(word: &str) -> Cow<'_, str> {
    let parted = word.is_empty() || word.contains(|sign: char| sign.is_whitespace() || "'\"".contains(sign));
    if parted { format!("'{}'", word.replace('\'', "'\"'\"'")).into() } else { word.into() }
}

const BUILTIN: &str = "builtin";
const MEMOAIR_VOICE: &str = "memoair-voice";
/// The official SDK stands still for seconds where runtimes do not end when they are told to.
const PATIENCE: Span = Span::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Vec<String> {
        match Driver::typed(text, Some(Path::new("/shop"))) {
            Ok(Driver::Command { words, .. }) => words,
            other => panic!("{other:?} is no command"),
        }
    }

    #[test]
    fn names_are_drivers_and_all_else_is_a_command() {
        assert_eq!(Driver::typed("builtin", None), Ok(Driver::Builtin));
        assert_eq!(Driver::typed(" memoair-voice ", None), Ok(Driver::MemoairVoice));
        assert_eq!(command("python3 drive.py --fast"), ["python3", "drive.py", "--fast"]);
        assert_eq!(command("bin/drive 'two words' \"\""), ["/shop/bin/drive", "two words", ""]);
        assert_eq!(command("/bin/drive a'b c'd"), ["/bin/drive", "ab cd"]);
    }

    #[test]
    fn a_name_is_the_command_again() {
        for text in ["python3 drive.py", "drive 'two words' \"\" 'it'\"'\"'s' \"a\"'\"'", "'/a b/drive'"] {
            let driver = Driver::typed(text, None).expect("it is a command");
            assert_eq!(Driver::typed(&driver.name(), None), Ok(driver), "{text}");
        }
        assert_eq!(Driver::typed("drive  --fast", None).expect("it is a command").name(), "drive --fast");
    }

    #[test]
    fn what_is_no_command_is_told() {
        for text in ["", "  ", "'' x", "drive 'x", "a\0b"] {
            assert!(Driver::typed(text, None).is_err(), "{text:?}");
        }
    }
}
