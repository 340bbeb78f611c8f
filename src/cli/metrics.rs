//! `--metrics`: a run's figures for Prometheus, while it goes on.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Failure;
use crate::report;
use crate::run::Progress;

/// Where to be scraped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MetricsAddress(SocketAddr);

/// Listens for as long as it lives.
pub(super) struct MetricsServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl FromStr for MetricsAddress {
    type Err = String;

    /// An address and a port; a port alone is one of loopback, so that nobody is heard elsewhere by accident.
    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
        let address = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))).or_else(|_| text.parse());
        address.map(Self).map_err(|_| "write a port, or an address and a port such as 127.0.0.1:9464".to_owned())
    }
}

impl MetricsServer {
    /// Listens and serves what `progress` knows. To be called within a tokio runtime, before the run.
    pub(super) async fn start(address: MetricsAddress, progress: &Progress) -> Result<Self, Failure> {
        let MetricsAddress(wanted) = address;
        let unusable = |error: io::Error| {
            Failure::work(format!("cannot be scraped at {wanted}: {error}; choose another address with --metrics"))
        };
        let listener = TcpListener::bind(wanted).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let progress = progress.clone();
        let figures =
            async move || ([(CONTENT_TYPE, report::OPENMETRICS_TYPE)], report::live_openmetrics(progress.figures()));
        let router = Router::new().route("/metrics", get(figures));
        let serving = tokio::spawn(async move {
            // It never returns: failures to accept are waited out inside.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, serving })
    }

    /// Where it listens, for whoever asked for any port.
    pub(super) fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }
}

impl Drop for MetricsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_is_typed_leaves_loopback() {
        for (text, address) in [
            ("9464", "127.0.0.1:9464"),
            (":9464", "127.0.0.1:9464"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("0.0.0.0:9464", "0.0.0.0:9464"),
            ("[::1]:9464", "[::1]:9464"),
        ] {
            assert_eq!(text.parse(), Ok(MetricsAddress(address.parse().unwrap())));
        }
        for text in ["", "localhost", "127.0.0.1", "70000", "127.0.0.1:x", "-1"] {
            assert!(text.parse::<MetricsAddress>().unwrap_err().contains("127.0.0.1:9464"), "{text}");
        }
    }
}
