//! The calls a client makes to the cloud: the project's indexes, and onboarding through the partner API.

use mock_runtime::wire::cloud::{self, Created, IndexCreate, IndexInfo, NewAgent, NewProject, id_to_header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::error::{Peer, VoiceError};
use super::http::{CLOUD_TIMEOUT, cloud_client, exchange};

/// The cloud under one account key and in the name of one identity.
#[derive(Clone, Debug)]
pub(super) struct CloudApi {
    client: Client,
    base_url: String,
    headers: HeaderMap,
}

impl CloudApi {
    /// `identity` are header names and ids that go with every call, next to the account key.
    pub(super) fn new(base_url: &str, api_key: &str, identity: &[(&'static str, &str)]) -> Result<Self, VoiceError> {
        let mut headers = HeaderMap::new();
        for (name, id) in identity {
            let value = HeaderValue::from_str(&id_to_header(id)).expect("an id in header notation is printable ASCII");
            headers.insert(HeaderName::from_bytes(name.as_bytes()).expect("our header names are valid"), value);
        }
        let bearer = HeaderValue::from_str(&format!("Bearer {api_key}"));
        headers.insert(AUTHORIZATION, bearer.map_err(|_| VoiceError::bad_request("api_key must be printable ASCII"))?);
        Ok(Self { client: cloud_client(base_url)?, base_url: base_url.trim_end_matches('/').to_owned(), headers })
    }

    pub(super) async fn create_index(&self, index: &IndexCreate) -> Result<IndexInfo, VoiceError> {
        self.post(cloud::INDEX_CREATE, index).await
    }

    pub(super) async fn list_indexes(&self) -> Result<Vec<IndexInfo>, VoiceError> {
        let request = self.client.get(self.under(cloud::INDEX_LIST)?).headers(self.headers.clone());
        let mut list: Map<String, Value> = exchange(Peer::Cloud, request, CLOUD_TIMEOUT).await?;
        // As the official SDK does: anything but a list of indexes counts as none.
        let indexes = list.remove("indexes").and_then(|indexes| serde_json::from_value(indexes).ok());
        Ok(indexes.unwrap_or_default())
    }

    async fn post<T: serde::Serialize, R: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<R, VoiceError> {
        let request = self.client.post(self.under(path)?).headers(self.headers.clone()).json(body);
        exchange(Peer::Cloud, request, CLOUD_TIMEOUT).await
    }

    /// Found out with the first call, not when the client is built: the runtimes speak TLS of their own.
    fn under(&self, path: &str) -> Result<String, VoiceError> {
        if cfg!(not(feature = "tls")) && self.base_url.starts_with("https:") {
            let reason = "this build speaks no TLS: build with the cargo feature `tls`".to_owned();
            return Err(VoiceError::Unreachable { peer: Peer::Cloud, reason, os_error: None });
        }
        Ok(format!("{}{path}", self.base_url))
    }
}

/// The partner API: a platform onboards its customers under its one account key.
#[derive(Clone, Debug)]
pub struct PartnerClient(CloudApi);

impl PartnerClient {
    /// `base_url` is the cloud's, for example [`DEFAULT_BASE_URL`](super::DEFAULT_BASE_URL).
    pub fn new(base_url: &str, api_key: &str) -> Result<Self, VoiceError> {
        CloudApi::new(base_url, api_key, &[]).map(Self)
    }

    /// Creates a customer's project and gives back its id, `proj_…`.
    pub async fn create_project(&self, name: &str, slug: &str, description: &str) -> Result<String, VoiceError> {
        let (name, slug, description) = (name.to_owned(), slug.to_owned(), description.to_owned());
        self.create(cloud::PROJECTS, &NewProject { name, slug, description }).await
    }

    /// Adds a voice agent to a project and gives back its id, `agent_…`.
    pub async fn create_agent(&self, project_id: &str, name: &str) -> Result<String, VoiceError> {
        let path = format!("{}/{}/agents", cloud::PROJECTS, utf8_percent_encode(project_id, PATH_SEGMENT));
        let agent = NewAgent { name: name.to_owned(), agent_type: "voice".to_owned() };
        self.create(&path, &agent).await
    }

    async fn create<T: serde::Serialize>(&self, path: &str, what: &T) -> Result<String, VoiceError> {
        let Created { id } = self.0.post(path, what).await?;
        if id.is_empty() {
            return Err(VoiceError::Unreadable { peer: Peer::Cloud, reason: "it gave no id".to_owned() });
        }
        Ok(id)
    }
}

/// What must be escaped in an id within a path: all but letters, digits, `-` and `_`.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
