//! `trialgraph verify` and `trialgraph checkpoint`.

use super::Told;
use super::installation::broken;
use crate::config::Settings;
use crate::database;
use clap::Args;
use ledger::StreamId;
use std::path::PathBuf;
use std::process::ExitCode;
use store::Inspection;

/// What is verified.
#[derive(Args)]
pub(super) struct Options {
    /// Only the streams of the study with this code.
    #[arg(long)]
    study: Option<String>,
    /// A file with checkpoints that somebody kept, one a line.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
}

/// Where checkpoints go.
#[derive(Args)]
pub(super) struct CheckpointOptions {
    /// Only the streams of the study with this code.
    #[arg(long)]
    study: Option<String>,
}

pub(super) async fn run(settings: &Settings, options: Options) -> Told<ExitCode> {
    let store = database::open_with(settings, false).await?;
    let study = match &options.study {
        Some(code) => {
            let portal = store.portal().await.map_err(|error| {
                format!("{}; verify everything, without --study, to see where", broken(error))
            })?;
            let found = portal.all_studies().find(|(_, known)| known == code).map(|(id, _)| id);
            Some(found.ok_or_else(|| format!("there is no study `{code}`"))?)
        }
        None => None,
    };
    let checkpoints = match &options.checkpoint {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        None => Vec::new(),
    };
    // The portal is not read into memory before it is verified: what is bent in it has to be named, not stumbled over.
    // Its keys of checkpoints are those of its verified ledger.
    let inspection = Inspection { study, checkpoints, ..Inspection::default() };
    let report = store.verify(inspection).await.map_err(broken)?;
    for walked in &report.streams {
        println!(
            "{}: {} entries, {} rows, head {}",
            walked.head.stream, walked.head.revision, walked.rows, walked.head.hash
        );
    }
    if report.is_sound() {
        println!(
            "Sound: every chain holds, and {} rows of the tables are what the ledger says.",
            report.rows
        );
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &report.findings {
        println!("NOT SOUND: {finding}");
    }
    Ok(ExitCode::FAILURE)
}

pub(super) async fn checkpoint(settings: &Settings, options: CheckpointOptions) -> Told<ExitCode> {
    let store = database::open_with(settings, false).await?;
    let portal = store.portal().await.map_err(broken)?;
    let mut wanted = vec![StreamId::Portal, StreamId::Access];
    if let Some(code) = &options.study {
        let found = portal.all_studies().find(|(_, known)| known == code).map(|(id, _)| id);
        let id = found.ok_or_else(|| format!("there is no study `{code}`"))?;
        wanted = vec![StreamId::Open(id), StreamId::Sealed(id)];
    } else {
        wanted.extend(portal.all_studies().flat_map(|(id, _)| [StreamId::Open(id), StreamId::Sealed(id)]));
    }
    let heads = store.heads().await.map_err(broken)?;
    for stream in wanted {
        if heads.iter().any(|head| head.stream == stream && !head.is_empty()) {
            println!("{}", store.checkpoint(stream).await.map_err(broken)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}
