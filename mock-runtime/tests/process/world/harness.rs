//! The other end of the witness socket.

use std::path::PathBuf;

use mock_runtime::witness::{Fact, Record};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::{UnixListener, UnixStream};

use super::soon;

/// Listens to one runtime.
pub(crate) struct Harness {
    pub(crate) socket: PathBuf,
    folder: tempfile::TempDir,
    listener: UnixListener,
    lines: Option<Lines<BufReader<UnixStream>>>,
    /// Everything heard, in order.
    pub(crate) heard: Vec<Record>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        // Not under the target folder: the path of a socket must be short.
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("witness");
        let listener = UnixListener::bind(&socket).expect("bound");
        Self { socket, folder, listener, lines: None, heard: Vec::new() }
    }

    /// Waits for a fact, passing over others.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Fact) -> bool) -> Record {
        loop {
            match self.next(what).await {
                Some(record) if wanted(&record.fact) => return record,
                Some(_) => {}
                None => panic!("{what}: the runtime went away; heard {:?}", self.heard),
            }
        }
    }

    /// Waits until the runtime serves.
    pub(crate) async fn ready(&mut self) -> Record {
        self.until("ready", |fact| matches!(fact, Fact::Ready { .. })).await
    }

    /// Waits until the kernel has closed the line.
    pub(crate) async fn closed(&mut self) {
        while self.next("the end of the line").await.is_some() {}
    }

    /// What the facts are called, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let name =
            |record: &Record| serde_json::to_value(record).expect("JSON")["fact"].as_str().expect("a name").into();
        self.heard.iter().map(name).collect()
    }

    /// Goes away.
    pub(crate) fn leave(self) {
        drop((self.lines, self.listener, self.folder));
    }

    async fn next(&mut self, what: &str) -> Option<Record> {
        if self.lines.is_none() {
            let (stream, _) = soon("a connection", self.listener.accept()).await.expect("accepted");
            self.lines = Some(BufReader::new(stream).lines());
        }
        let line = soon(what, self.lines.as_mut().expect("connected above").next_line()).await;
        let record: Record = serde_json::from_str(&line.ok().flatten()?).expect("a record");
        assert_eq!(record.sequence, self.heard.len() as u64, "a record was lost");
        self.heard.push(record.clone());
        Some(record)
    }
}
