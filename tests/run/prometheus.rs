//! A real Prometheus scrapes a run under way and answers questions about it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use crate::debian::Program;
use crate::rig::*;

const CALLS: &str = r#"
[[tenant]]
name = "acme"
arrivals = { model = "closed", callers = 2 }
call = { length = "300s" }
turn_gap = "50ms"
reply = "5ms"
"#;
const PROMETHEUS: Program<'_> = Program {
    names: &["prometheus"],
    file: "usr/bin/prometheus",
    packages: &["prometheus"],
    folder: concat!(env!("CARGO_MANIFEST_DIR"), "/target/prometheus"),
    remedy: "Install prometheus (Debian: apt-get install prometheus), and test again.",
};

/// Ends with the test, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().expect("it can be ended");
        self.0.wait().expect("it can be waited for");
    }
}

impl Server {
    fn scraping(rig: &Rig, target: &str, port: u16) -> Self {
        let config = rig.path("prometheus.yml");
        let scrape = format!("[{{job_name: busyhour, static_configs: [{{targets: ['{target}']}}]}}]");
        fs::write(&config, format!("global: {{scrape_interval: 1s}}\nscrape_configs: {scrape}\n"))
            .expect("the rig's folder takes files");
        let flags = [
            format!("--config.file={}", config.display()),
            format!("--storage.tsdb.path={}", rig.path("series").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
        ];
        let mut command = Command::new(PROMETHEUS.get());
        Self(command.args(flags).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }
}

/// The first value that Prometheus has of an expression, written as an address wants it.
fn value(port: u16, expression: &str) -> Option<f64> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(connection, "GET /api/v1/query?query={expression} HTTP/1.0\r\nhost: x\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let body: Value = serde_json::from_str(body).ok()?;
    body["data"]["result"][0]["value"][1].as_str()?.parse().ok()
}

#[test]
fn a_real_prometheus_reads_what_a_run_serves() {
    let rig = Rig::new();
    let scenario = rig.scenario("duration = \"300s\"\n", CALLS);
    let mut playing = Playing::start(rig.command(&scenario).args(["--metrics", "127.0.0.1:0"]));
    let line = playing.line();
    let address = line.strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics")).expect(&line);
    // The rig's last port: two callers have the first ones.
    let port = *rig.ports.end();
    let server = Server::scraping(&rig, address, port);
    until("the target is up", || value(port, "up") == Some(1.0));
    let within = "busyhour_latency_seconds_bucket%7Bstage%3D%22recall%22%2Cle%3D%220.25%22%7D";
    until("recalls within the budget are counted", || value(port, within).is_some_and(|count| count >= 20.0));
    let median = "histogram_quantile(0.5,busyhour_latency_seconds_bucket%7Bstage%3D%22recall%22%7D)";
    assert!(value(port, median).is_some_and(|seconds| seconds > 0.0 && seconds < 0.25));
    assert_eq!(value(port, "busyhour_runtimes"), Some(2.0));
    assert_eq!(value(port, "no_such_figure"), None, "what is not served is not answered");
    drop(server);
    playing.signal(Signal::INT);
    assert_eq!(rig.finish(playing).code, Some(130));
}
