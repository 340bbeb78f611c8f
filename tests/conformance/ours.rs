//! Our client plays the same steps. What it has no counterpart for it says is absent.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use busyhour::client::{
    Executable, Intent, Lane, SaveOptions, SearchOptions, User, VoiceClient, VoiceClientBuilder, VoiceError,
    VoiceSession,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value, json};

use crate::script::{ClientSettings, MadeBy, Script, Step};
use crate::stage::{Seen, Stage};

/// Plays a list of steps with our client.
pub(crate) fn play(script: &Script) -> Seen {
    let stage = Stage::raise(&script.client);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    tokio.block_on(async {
        let mut player = Player { stage: &stage, settings: &script.client, client: None, sessions: HashMap::new() };
        let mut outcomes = Vec::new();
        for step in &script.steps {
            outcomes.push(player.play(step).await);
        }
        stage.look_back(outcomes, script.may_leave)
    })
}

struct Player<'s> {
    stage: &'s Stage,
    settings: &'s ClientSettings,
    client: Option<VoiceClient>,
    sessions: HashMap<String, VoiceSession>,
}

type Outcome = Result<Value, Failed>;

/// Why a step gave nothing.
enum Failed {
    /// An error of the client's.
    Voice(VoiceError),
    /// Nobody waited.
    GivenUp,
    /// There is no such thing in our client.
    Absent,
}

impl From<VoiceError> for Failed {
    fn from(error: VoiceError) -> Self {
        Self::Voice(error)
    }
}

impl Player<'_> {
    async fn play(&mut self, step: &Step) -> Value {
        if step.at_once == 1 {
            return in_json(self.act(&step.what, &step.arguments).await);
        }
        let client = match self.build() {
            Ok(client) => client,
            Err(error) => return in_json(Err(error.into())),
        };
        let searches = (0..step.at_once).map(|_| {
            let (client, settings, given) = (client.clone(), self.settings.clone(), step.arguments.clone());
            tokio::spawn(async move { in_json(search(&client, &settings, &given).await) })
        });
        let mut each = Vec::new();
        for search in searches.collect::<Vec<_>>() {
            each.push(search.await.expect("a search does not panic"));
        }
        json!({ "each": each })
    }

    /// Built when it is first needed, so that a failure is the step's.
    fn build(&mut self) -> Result<VoiceClient, VoiceError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let client = self.builder()?.build()?;
        self.client = Some(client.clone());
        Ok(client)
    }

    fn builder(&self) -> Result<VoiceClientBuilder, VoiceError> {
        let (settings, stage) = (self.settings, self.stage);
        let project = &stage.double.seed().projects[0];
        let builder = if settings.made_by == MadeBy::Agent {
            VoiceClientBuilder::from_variables(|name| self.variable(name))?
        } else {
            let key = settings.api_key.as_ref().unwrap_or(&stage.double.seed().api_key);
            let builder = VoiceClient::builder().api_key(key).project_id(&project.id).agent_id(&project.agents[0]);
            let builder = builder.base_url(stage.base_url(settings));
            let org_only = settings.org_only || settings.made_by == MadeBy::Vapi;
            let builder = builder.org_only(org_only);
            // Nobody is on the line of an organisation.
            match settings.user_id.as_ref().filter(|_| !org_only) {
                Some(user) => builder.user_id(user),
                None => builder,
            }
        };
        let executable = Executable {
            path: stage.binary.clone(),
            arguments: Vec::new(),
            variables: stage.variables.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        };
        let (first, ports) = (stage.ports.first, settings.ports);
        Ok(builder
            .executable(executable)
            .max_concurrent_users(settings.max_concurrent_users)
            .runtime_port_range(first, first + ports - 1)
            .storage_root(stage.storage()))
    }

    /// The environment the Python player has.
    fn variable(&self, name: &str) -> Option<String> {
        if name == "MEMOAIR_ORG_ONLY" {
            return self.settings.org_only.then(|| "yes".to_owned());
        }
        let user = self.settings.user_id.clone().filter(|_| name == "MEMOAIR_USER_ID");
        let given = self.stage.double.environment();
        user.or_else(|| given.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value))
    }

    async fn act(&mut self, what: &str, given: &Map<String, Value>) -> Outcome {
        match what {
            "search" => search(&self.build()?, self.settings, given).await,
            "save" => {
                let (client, user) = (self.build()?, user(self.settings, given)?);
                let (said, answered) = (text(given, "user_text"), text(given, "assistant_text"));
                Ok(json!(client.save_response(said, answered, &user, &turn(given)).await?))
            }
            "enter" => {
                let (client, user) = (self.build()?, user(self.settings, given)?);
                let session = client.session(&user).await?;
                self.sessions.insert(text(given, "key").to_owned(), session);
                Ok(Value::Null)
            }
            "session_search" => {
                let found = self.session(given).search_memory(text(given, "query"), &options(given)?).await?;
                Ok(json!(found))
            }
            "session_save" => {
                let (said, answered) = (text(given, "user_text"), text(given, "assistant_text"));
                Ok(json!(self.session(given).save_response(said, answered, &turn(given)).await?))
            }
            "leave" => {
                self.sessions.remove(text(given, "key"));
                Ok(Value::Null)
            }
            "create_index" => self.create_index(given).await,
            "list_indexes" => Ok(json!(self.build()?.list_indexes().await?)),
            "close" => {
                self.sessions.clear();
                // One that could not be built needs no end.
                if let Ok(client) = self.build() {
                    client.close().await;
                }
                Ok(Value::Null)
            }
            "reopen" => {
                self.build()?.close().await;
                self.client = None;
                Ok(Value::Null)
            }
            "kill" => self.kill().await,
            "give_up" => {
                let patience = Duration::from_millis(given["after_ms"].as_u64().expect("it is a number"));
                let client = self.build()?;
                tokio::time::timeout(patience, search(&client, self.settings, given))
                    .await
                    .map_err(|_| Failed::GivenUp)?
            }
            "agent_without" => self.without(given),
            "vapi_search" => self.vapi_search(text(given, "query")).await,
            "vapi_request" => {
                // What the adapter makes of a webhook is no client's work; the question in it is.
                let question = given["payload"].pointer("/message/messages/0/content").and_then(Value::as_str);
                self.vapi_search(question.ok_or(Failed::Absent)?).await
            }
            "vapi_close" => {
                self.build()?.close().await;
                Ok(Value::Null)
            }
            _ => self.remember(what, given).await,
        }
    }

    /// What `MemoAirVoiceMemory` does, done with a pinned client and a session.
    async fn remember(&mut self, what: &str, given: &Map<String, Value>) -> Outcome {
        if given.contains_key("key") {
            // Others beside the own are strangers to the pool, which there is no way round.
            return Err(Failed::Absent);
        }
        match what {
            "memory_start" => {
                let session = self.build()?.session(None).await?;
                self.sessions.insert(OWN.to_owned(), session);
                Ok(Value::Null)
            }
            "memory_search" => {
                let session = self.sessions.get(OWN).ok_or(Failed::Absent)?;
                let found = session.search_memory(text(given, "query"), &options(given)?).await?;
                Ok(json!({ "contextText": found.context_text, "lanesUsed": found.trace.lanes_used }))
            }
            "memory_save" => {
                let session = self.sessions.get(OWN).ok_or(Failed::Absent)?;
                let (said, answered) = (text(given, "user_text"), text(given, "assistant_text"));
                Ok(json!(session.save_response(said, answered, &turn(given)).await?))
            }
            "memory_close" => {
                self.sessions.clear();
                self.build()?.close().await;
                self.client = None;
                Ok(Value::Null)
            }
            "memory_within" => {
                let client = self.build()?;
                let found = client.search_memory(text(given, "query"), None, &options(given)?).await?;
                client.close().await;
                self.client = None;
                Ok(json!({ "contextText": found.context_text }))
            }
            _ => Err(Failed::Absent),
        }
    }

    fn session(&self, given: &Map<String, Value>) -> &VoiceSession {
        self.sessions.get(text(given, "key")).expect("the steps enter a session before they use it")
    }

    async fn create_index(&mut self, given: &Map<String, Value>) -> Outcome {
        let mut documents: Vec<Map<String, Value>> =
            serde_json::from_value(given["documents"].clone()).expect("documents are objects");
        let number = |name| given.get(name).and_then(Value::as_u64).unwrap_or(1);
        let (copies, repeat) = (number("copies"), usize::try_from(number("repeat")).expect("it fits"));
        for document in documents.iter_mut().filter(|_| repeat > 1) {
            document["text"] = document["text"].as_str().expect("it is a text").repeat(repeat).into();
        }
        let documents = (0..copies).flat_map(|_| documents.clone()).collect();
        let metadata = given.get("metadata").and_then(Value::as_object).cloned();
        let index = self.build()?.create_index(text(given, "index"), documents, metadata).await?;
        Ok(json!({ "index_name": index.index_name, "chunk_count": index.chunk_count, "version": index.version }))
    }

    async fn kill(&mut self) -> Outcome {
        let pids = self.build()?.runtime_pids();
        for pid in &pids {
            let pid = Pid::from_raw(i32::try_from(*pid).expect("it is a pid")).expect("it is none's");
            kill_process(pid, Signal::KILL).expect("it runs");
        }
        while self.stage.double.living().iter().any(|life| pids.contains(&life.pid)) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(Value::Null)
    }

    fn without(&self, given: &Map<String, Value>) -> Outcome {
        let missing: Vec<String> = serde_json::from_value(given["variables"].clone()).expect("they are names");
        let found = |name: &str| if missing.iter().any(|gone| gone == name) { None } else { self.variable(name) };
        VoiceClientBuilder::from_variables(found).map(|_| Value::Null).map_err(Failed::from)
    }

    async fn vapi_search(&mut self, query: &str) -> Outcome {
        let client = self.build()?;
        let timeout = Duration::from_millis(PATIENCE_MS);
        let options = SearchOptions { lanes: Some(vec![Lane::Org]), timeout, ..SearchOptions::default() };
        let found = client.search_memory(query, None, &options).await?;
        let documents = found.org.iter().take(self.settings.top_k as usize);
        let documents =
            documents.map(|hit| json!({ "content": hit.text, "similarity": hit.score, "uuid": hit.chunk_id }));
        Ok(json!({ "documents": documents.collect::<Vec<_>>() }))
    }
}

async fn search(client: &VoiceClient, settings: &ClientSettings, given: &Map<String, Value>) -> Outcome {
    let (user, options) = (user(settings, given)?, options(given)?);
    Ok(json!(client.search_memory(text(given, "query"), &user, &options).await?))
}

/// Whose a call is; absent where a pinned or org-only client knows by itself.
fn user(settings: &ClientSettings, given: &Map<String, Value>) -> Result<Option<User>, VoiceError> {
    let (user, id) = (given.get("user"), given.get("user_id"));
    if settings.org_only || (user.is_none() && id.is_none()) {
        return Ok(None);
    }
    User::resolve(user, id, settings.user_id.as_deref()).map(Some)
}

fn options(given: &Map<String, Value>) -> Result<SearchOptions, Failed> {
    let lane = |name: &str| match name {
        "profile" => Ok(Lane::Profile),
        "working" => Ok(Lane::Working),
        "permanent" => Ok(Lane::Permanent),
        "org" => Ok(Lane::Org),
        // Our lanes are a type: nobody can ask for another.
        _ => Err(Failed::Absent),
    };
    let lanes = given.get("lanes").and_then(Value::as_array);
    let lanes = lanes.map(|lanes| lanes.iter().map(|name| lane(name.as_str().unwrap_or_default())).collect());
    let top_k = given.get("top_k").and_then(Value::as_object).into_iter().flatten();
    let top_k = top_k.map(|(name, k)| Ok((lane(name)?, k.as_u64().unwrap_or_default())));
    Ok(SearchOptions {
        timeout: Duration::from_millis(given.get("timeout_ms").and_then(Value::as_u64).unwrap_or(PATIENCE_MS)),
        intent: match given.get("intent").and_then(Value::as_str) {
            Some("earlier_in_call") => Intent::EarlierInCall,
            Some("fallback") => Intent::Fallback,
            _ => Intent::AnswerCurrentUser,
        },
        lanes: lanes.transpose()?,
        top_k: top_k.collect::<Result<BTreeMap<_, _>, Failed>>()?,
    })
}

fn turn(given: &Map<String, Value>) -> SaveOptions {
    SaveOptions {
        turn_id: given.get("turn_id").and_then(Value::as_str).map(str::to_owned),
        tool_calls: given.get("tool_calls").and_then(Value::as_array).cloned().unwrap_or_default(),
        metadata: given.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
    }
}

fn text<'g>(given: &'g Map<String, Value>, name: &str) -> &'g str {
    given.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn in_json(outcome: Outcome) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(Failed::Voice(error)) => {
            json!({ "error": { "code": error.code(), "status": error.status(), "details": error.details() } })
        }
        Err(Failed::GivenUp) => json!({ "error": { "code": "TimeoutError", "status": null, "details": {} } }),
        Err(Failed::Absent) => json!("absent"),
    }
}

/// The session of a memory.
const OWN: &str = "own";
/// For searches whose time is not what is looked at: machines are busy.
const PATIENCE_MS: u64 = 10_000;
