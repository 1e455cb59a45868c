//! `trialgraph serve`.

use super::Told;
use crate::app::{App, Running};
use crate::config::Settings;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

pub(super) async fn run(settings: Settings) -> Told<ExitCode> {
    crate::logging::start();
    let address = settings.server.listen.clone();
    if settings.server.is_in_the_clear() {
        tracing::warn!("tokens cross the network in the clear: set a certificate, or the proxy that has one");
    }
    let app = App::open(settings).await?;
    if app.store.portal().await.map_err(super::installation::broken)?.is_empty() {
        return Err("the installation is not founded yet: run `trialgraph init` first".to_owned());
    }
    let listener = TcpListener::bind(&address).map_err(|error| format!("{address}: {error}"))?;
    let running = app.start(listener).map_err(|error| format!("{address}: {error}"))?;
    tracing::info!(address = %running.address, version = env!("CARGO_PKG_VERSION"), "listening");
    until_stopped(&app, running).await
}

/// Serves until the process is asked to end; then running requests get the configured time.
pub(super) async fn until_stopped(app: &Arc<App>, mut running: Running) -> Told<ExitCode> {
    let ask = |kind| signal(kind).map_err(|error| format!("signals cannot be heard: {error}"));
    let (mut term, mut int) = (ask(SignalKind::terminate())?, ask(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
        () = running.wait() => return Err("the server ended by itself".to_owned()),
    }
    tracing::info!("stopping");
    running.stop().await;
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
