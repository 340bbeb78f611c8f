//! A runtime process, and a client's calls to it.

use std::collections::HashMap;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::{environment, loopback};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::{Cloud, Harness, PATIENCE, soon};

/// How to start one. By default: project `p`, caller `ann`, no cloud, no harness, as quick as possible.
#[derive(Clone)]
pub(crate) struct Launch {
    pub(crate) variables: HashMap<&'static str, OsString>,
    pub(crate) port: u16,
}

/// A process, killed with this value.
pub(crate) struct Runtime {
    pub(crate) child: Child,
    pub(crate) port: u16,
    client: reqwest::Client,
}

impl Launch {
    pub(crate) fn on(disk: &Path) -> Self {
        let port = free_port();
        let launch = Self { variables: HashMap::new(), port };
        launch
            .with(environment::PROJECT_ID, "p")
            .with(environment::USER_ID, "ann")
            .with(environment::STORAGE_ROOT, disk)
            .with(environment::BIND_ADDR, format!("127.0.0.1:{port}"))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.variables.remove(name);
        self
    }

    pub(crate) fn user(self, user: &str) -> Self {
        self.with(environment::USER_ID, user)
    }

    pub(crate) fn cloud(self, cloud: &Cloud) -> Self {
        self.with(environment::CLOUD_BASE_URL, &cloud.url)
            .with(environment::API_KEY, "memoair_pk_test")
            .with(environment::AGENT_ID, "agent_test")
    }

    pub(crate) fn harness(self, harness: &Harness) -> Self {
        self.with(environment::WITNESS, &harness.socket)
    }

    pub(crate) fn behaviour(self, behaviour: &Behaviour) -> Self {
        self.with(environment::BEHAVIOUR, serde_json::to_string(behaviour).expect("JSON"))
    }

    /// The command, not started yet.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.variables).stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    pub(crate) fn start(&self) -> Runtime {
        self.start_with_stdin(Stdio::null())
    }

    pub(crate) fn start_with_stdin(&self, stdin: Stdio) -> Runtime {
        let child = self.command(BINARY).stdin(stdin).spawn().expect("started");
        Runtime { child, port: self.port, client: client() }
    }

    /// Starts one that is expected to fail: its exit code and what it said.
    pub(crate) async fn fail(&self) -> (Option<i32>, String) {
        let mut runtime = self.start();
        let status = runtime.exit().await;
        (status.code(), runtime.said().await)
    }
}

impl Runtime {
    /// A client's call, tried again for as long as nobody listens.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> (u16, Value) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let attempts = async {
            loop {
                let method = method.parse().expect("a method");
                let mut request = self.client.request(method, &url).body(body.unwrap_or_default().to_owned());
                if let Some(bearer) = bearer {
                    request = request.bearer_auth(bearer);
                }
                match request.send().await {
                    Err(error) if error.is_connect() => tokio::time::sleep(Duration::from_millis(2)).await,
                    answer => return answer.expect("an answer"),
                }
            }
        };
        let answer = soon(path, attempts).await;
        let status = answer.status().as_u16();
        (status, answer.json().await.expect("every answer is JSON"))
    }

    /// Sends bytes as they are and reads the first thing that comes back: a short answer is written in one piece.
    pub(crate) async fn raw(&self, request: &str) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).await.expect("connected");
        connection.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = Vec::with_capacity(4_096);
        soon("an answer", connection.read_buf(&mut answer)).await.expect("read");
        String::from_utf8(answer).expect("text")
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, None, Some(&body.to_string())).await
    }

    /// A call that must succeed.
    pub(crate) async fn ok(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub(crate) async fn health(&self) -> Value {
        let (status, answer) = self.call("GET", loopback::HEALTH, None, None).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Opens a session of the default caller.
    pub(crate) async fn start_session(&self, session: &str) -> Value {
        self.ok(loopback::SESSION_START, json!({"sessionId": session, "workspaceId": "p", "userId": "ann"})).await
    }

    pub(crate) async fn search(&self, session: &str, query: &str) -> Value {
        let body = json!({"sessionId": session, "query": query, "includeSources": true});
        self.ok(loopback::SEARCH_MEMORY, body).await
    }

    pub(crate) async fn save(&self, session: &str, turn: &str, text: &str) -> Value {
        let body = json!({"sessionId": session, "turnId": turn, "userText": text, "assistantText": "Noted."});
        self.ok(loopback::TURN_AFTER, body).await
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id().expect("still there")).ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(pid, signal).expect("signalled");
    }

    /// Waits until it is gone.
    pub(crate) async fn exit(&mut self) -> ExitStatus {
        soon("the exit", self.child.wait()).await.expect("waited")
    }

    /// Ends it as a client would.
    pub(crate) async fn terminate(mut self) {
        self.signal(Signal::TERM);
        assert_eq!(self.exit().await.code(), Some(0));
    }

    /// Ends it as nobody should.
    pub(crate) async fn kill(mut self) {
        self.signal(Signal::KILL);
        self.exit().await;
    }

    /// Everything it said, once it is gone.
    pub(crate) async fn said(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.as_mut().expect("piped").read_to_string(&mut text).await.expect("text");
        text
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client")
}

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_voice-runtime");
