//! Names of the environment variables a client starts a runtime with. There are no command line arguments.

/// Account key, sent as the bearer on every cloud call.
pub const API_KEY: &str = "MEMOAIR_RUNTIME_API_KEY";
/// Project id; the older of its two names.
pub const WORKSPACE_ID: &str = "MEMOAIR_RUNTIME_WORKSPACE_ID";
/// Project id.
pub const PROJECT_ID: &str = "MEMOAIR_RUNTIME_PROJECT_ID";
/// End-user id, raw; [`ORG_USER`] in org-only mode.
pub const USER_ID: &str = "MEMOAIR_RUNTIME_USER_ID";
/// `org_only`, or absent.
pub const MODE: &str = "MEMOAIR_RUNTIME_MODE";
/// Agent id, sent as `X-Agent-Id` on every cloud call.
pub const AGENT_ID: &str = "MEMOAIR_RUNTIME_AGENT_ID";
/// Cloud base URL without a trailing slash.
pub const CLOUD_BASE_URL: &str = "MEMOAIR_RUNTIME_CLOUD_BASE_URL";
/// `host:port` to listen on.
pub const BIND_ADDR: &str = "MEMOAIR_RUNTIME_BIND_ADDR";
/// Root of the local projections, `{root}/{project}/{user}/`.
pub const STORAGE_ROOT: &str = "MEMOAIR_RUNTIME_STORAGE_ROOT";
/// Dashboard token, an alternative to the account key.
pub const INTERNAL_TOKEN: &str = "MEMOAIR_RUNTIME_INTERNAL_TOKEN";
/// Bearer the runtime then demands on loopback calls.
pub const TOKEN: &str = "MEMOAIR_RUNTIME_TOKEN";

/// Ours: the mock's [`Behaviour`](crate::behaviour::Behaviour) as JSON.
pub const BEHAVIOUR: &str = "BUSYHOUR_RUNTIME_BEHAVIOUR";
/// Ours: path of the Unix socket on which the harness listens for the runtime's [life](crate::witness).
pub const WITNESS: &str = "BUSYHOUR_WITNESS";
/// Ours: `requests` when the witness shall be told of every request, whatever became of it.
pub const TESTIMONY: &str = "BUSYHOUR_TESTIMONY";
/// Ours: `stdin` when standard input is a pipe whose end means that the parent is gone.
pub const LIFELINE: &str = "BUSYHOUR_LIFELINE";

/// The user id of a runtime that serves organisation knowledge only.
pub const ORG_USER: &str = "__org__";
/// The value of [`MODE`] (and of `mode` on the wire) for such a runtime.
pub const ORG_ONLY: &str = "org_only";
