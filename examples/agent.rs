//! A voice agent in one file, with the mock cloud and the mock runtime in MemoAir's place: `cargo run --example agent`.
//!
//! Against the real ones, a builder with an account key, a project and an agent is all it takes: the client then finds
//! `voice-runtime` as the official SDK does, and talks to the real cloud if built with the feature `tls`.

use std::error::Error;
use std::process::ExitCode;

use busyhour::client::{Executable, PartnerClient, SaveOptions, SearchOptions, User, VoiceClient};
use busyhour::cloud::{CloudSettings, MockCloud};
use busyhour::run::EMBEDDED_RUNTIME;

fn main() -> ExitCode {
    // The client starts this very program once for each caller; then it is a runtime and nothing else.
    if std::env::args().nth(1).is_some_and(|argument| argument == EMBEDDED_RUNTIME) {
        return mock_runtime::main_from_environment();
    }
    let tokio = tokio::runtime::Runtime::new().expect("a machine that runs this can start threads");
    match tokio.block_on(talk()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agent: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn talk() -> Result<(), Box<dyn Error>> {
    let cloud = MockCloud::start(CloudSettings { account_key: KEY.to_owned(), ..CloudSettings::default() })?;
    let partner = PartnerClient::new(&cloud.base_url(), KEY)?;
    let project = partner.create_project("Acme", "acme", "A shop for hiking boots").await?;
    let agent = partner.create_agent(&project, "Returns hotline").await?;

    let memory = tempfile::tempdir()?;
    let client = VoiceClient::builder()
        .api_key(KEY)
        .project_id(project)
        .agent_id(agent)
        .base_url(cloud.base_url())
        .storage_root(memory.path())
        .executable(this_program()?)
        .build()?;

    let ann = User::new("ann")?.named("Ann");
    for heard in ["I bought hiking boots, size 41.", "Where are my hiking boots?"] {
        let known = client.search_memory(heard, &ann, &SearchOptions::default()).await?;
        println!("Ann: {heard}\n--- what memory has to say\n{}\n", known.context_text);
        client.save_response(heard, "I am looking into it.", &ann, &SaveOptions::default()).await?;
    }
    client.close().await;
    Ok(())
}

fn this_program() -> std::io::Result<Executable> {
    let path = std::env::current_exe()?;
    Ok(Executable { arguments: vec![EMBEDDED_RUNTIME.into()], ..Executable::file(path) })
}

const KEY: &str = "memoair_pk_example";
