//! Scripts that tests execute.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes a shell script that can be executed at once.
pub(crate) fn write(file: &Path, body: &str) {
    write_for("/bin/sh", file, body);
}

/// [`write`], for whoever is to interpret it.
///
/// A process of its own writes it. Were it this one, a child that another test forks at that moment would inherit the file,
/// and until that child has become another program, the kernel calls the file busy.
pub(crate) fn write_for(interpreter: &str, file: &Path, body: &str) {
    let mut writing = Command::new("/bin/sh")
        .args(["-c", "cat >\"$0\" && chmod 755 \"$0\""])
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .expect("there is a shell");
    let script = format!("#!{interpreter}\n{body}\n");
    writing.stdin.take().expect("it is piped").write_all(script.as_bytes()).expect("the shell reads");
    assert!(writing.wait().expect("it is ours").success(), "{} cannot be written", file.display());
}
