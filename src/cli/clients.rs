//! `busyhour run` with more than one `--client`: each is played in turn, and all are printed side by side.

use super::arguments::{Format, RunArguments};
use super::play::{self, Live, style};
use super::{Failure, github};
use crate::measure::exit_code;
use crate::report::{self, ClientPlay, Clients, Side};
use crate::run::ShippedDriver;
use crate::scenario::Driver;

/// Plays them, prints and files what came of each, and gives back the worst exit code.
pub(super) fn clients(arguments: &RunArguments) -> Result<u8, Failure> {
    arguments.outputs.refuse("--client said more than once")?;
    let names = &arguments.live.client;
    // All that can be wrong is said before anything is played.
    let scenarios: Vec<_> =
        names.iter().map(|client| play::scenario_with(&arguments.live, client)).collect::<Result<_, _>>()?;
    if scenarios.iter().any(|scenario| scenario.client.driver == Driver::MemoairVoice) {
        ShippedDriver::MEMOAIR_VOICE.python().map_err(Failure::work)?;
    }
    let mut lives: Vec<Live> = Vec::new();
    for (scenario, name) in scenarios.into_iter().zip(names) {
        if !arguments.live.quiet {
            super::tell(&format!("client: {name}"));
        }
        let live = match play::live(scenario, &arguments.live, arguments.metrics) {
            Ok(live) => live,
            Err(failure) => {
                // What was played until then is not lost for that.
                if !lives.is_empty() {
                    tell(&lives, arguments)?;
                }
                return Err(failure);
            }
        };
        let is_over = live.signal.is_some();
        lives.push(live);
        if is_over {
            break;
        }
    }
    tell(&lives, arguments)?;
    let signal = lives.iter().find_map(|live| live.signal);
    // The order of the codes is the order of what they say: a broken law is worst.
    let worst = |codes: Vec<u8>| ORDER.into_iter().find(|code| codes.contains(code)).unwrap_or(0);
    Ok(signal.unwrap_or_else(|| worst(lives.iter().map(|live| exit_code(&live.played.summary)).collect())))
}

fn tell(lives: &[Live], arguments: &RunArguments) -> Result<(), Failure> {
    let named = || arguments.live.client.iter().zip(lives);
    if matches!(arguments.format, Format::Text) {
        let sides: Vec<_> = named().map(|(client, live)| Side { client, summary: &live.played.summary }).collect();
        super::print(&report::clients(&sides, style()))?;
    }
    let mut clients = Vec::new();
    for (client, live) in named() {
        let folder = live.filed.as_ref().map_err(|error| Failure::work(error.reason()))?;
        play::tell_where(folder, &arguments.live);
        clients.push(ClientPlay {
            client: client.clone(),
            folder: folder.display().to_string(),
            summary: live.played.summary.clone(),
        });
        github::tell_if_here(&live.played.summary, arguments.live.quiet);
    }
    if matches!(arguments.format, Format::Json) {
        super::print(&Clients { schema: Clients::SCHEMA.to_owned(), clients }.json())?;
    }
    Ok(())
}

/// From the worst.
const ORDER: [u8; 3] = [96, 97, 99];
