//! `trialgraph demo`: a fresh embedded study with synthetic data, made through the same commands that everybody
//! uses, and a server over it on this machine alone.

mod course;
mod data;
mod hospital;
mod making;
mod print;

use super::Told;
use super::serve;
use crate::app::App;
use crate::config::{Limits, Secret, Settings};
use crate::database;
use clap::Args;
use making::{Demo, STUDY};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How the demonstration is run.
#[derive(Args)]
pub(super) struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the demonstration's files go; what an earlier one left there is replaced.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Generate so many subjects instead of the nine.
    #[arg(long)]
    subjects: Option<usize>,
}

pub(super) async fn run(given: Settings, options: Options) -> Told<ExitCode> {
    // Before anything is made or replaced: a port that is taken may be an earlier demonstration's, over the same files.
    let listener = TcpListener::bind(("127.0.0.1", options.port)).map_err(|error| {
        format!("port {}: {error}; choose another with --port, or 0 for a free one", options.port)
    })?;
    std::fs::create_dir_all(&options.data).map_err(|error| format!("{}: {error}", options.data.display()))?;
    let mut settings = settings(given.limits, &options)?;
    let store = database::open_first(&settings, None).await?;
    let demo = Demo::found(store.clone(), options.subjects).await?;
    match options.subjects {
        None => demo.nine().await?,
        Some(subjects) => demo.many(subjects).await?,
    }
    demo.cut().await?;
    let client = hospital::register(&demo, &options.data).await?;
    let users = demo.users(&settings).await?;

    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let url = format!("http://{address}");
    settings.server.public_url = Some(url.clone());
    let described = serde_json::json!({
        "url": url, "study": STUDY, "users": users, "tokenEndpoint": settings.token_endpoint(), "client": client,
    });
    let file = options.data.join("demo.json");
    let app = App::over(settings, store, users).await?;
    print::outcomes(&app).await?;
    print::links(&app, &url);
    let running = app.start(listener).map_err(|error| error.to_string())?;
    // Written last: whoever waits for it finds a server that answers.
    write_private(&file, &described.to_string()).map_err(|error| format!("{}: {error}", file.display()))?;
    serve::until_stopped(&app, running).await
}

/// Writes a new file that its owner alone can read.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(text.as_bytes())
}

/// The demonstration's own settings; limits alone can be set, since everything else would point it elsewhere.
fn settings(limits: Limits, options: &Options) -> Told<Settings> {
    let path = options.data.join("trialgraph.sqlite");
    for suffix in ["", "-wal", "-shm"] {
        let stale = options.data.join(format!("trialgraph.sqlite{suffix}"));
        match std::fs::remove_file(&stale) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{}: {error}", stale.display()));
            }
            _ => {}
        }
    }
    let _ = std::fs::remove_file(options.data.join("demo.json"));
    let _ = std::fs::remove_file(hospital::key_file(&options.data));
    let key = options.data.join("master.key");
    let mut settings = Settings { limits, ..Settings::default() };
    settings.database.url = Secret::from(format!("sqlite:{}", path.display()));
    settings.keys.master_file = Some(key);
    settings.server.graphiql = true;
    settings.server.introspection = true;
    settings.tokens.minutes = 1_440;
    Ok(settings)
}
