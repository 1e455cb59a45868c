//! Opens the data as the operator set it.

use crate::config::Settings;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{DatabaseConfig, KeyVault, MasterKeys, Store};

/// Opens the database with its master keys, and brings the schema up to date where that is asked for.
///
/// # Errors
/// What is wrong, for the operator.
pub async fn open(settings: &Settings) -> Result<Store, String> {
    open_with(settings, settings.database.migrate.unwrap_or_else(|| settings.is_embedded())).await
}

/// The same for what comes before there is an installation: a file of master keys that is missing is made.
///
/// # Errors
/// What is wrong, for the operator.
pub async fn open_first(settings: &Settings, migrate: Option<bool>) -> Result<Store, String> {
    let file = settings.keys.master_file.as_deref().filter(|_| settings.keys.master.is_none());
    let made = match file {
        Some(path) => make(path)?,
        None => false,
    };
    let opened = match migrate {
        Some(migrate) => open_with(settings, migrate).await,
        None => open(settings).await,
    };
    // A key that opens nothing of what is there already would only hide that the right one is missing.
    if let (Err(_), true, Some(path)) = (&opened, made, file) {
        std::fs::remove_file(path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    opened
}

/// The same, with or without bringing the schema up to date.
///
/// # Errors
/// What is wrong, for the operator.
pub async fn open_with(settings: &Settings, migrate: bool) -> Result<Store, String> {
    let mut config = DatabaseConfig::new(settings.database.url.reveal(), master_keys(settings)?);
    config.connections = settings.database.connections;
    config.migrate = migrate;
    config.issuer = settings.tokens.issuer.clone();
    config.memory_bytes = settings.memory.snapshot_megabytes.saturating_mul(1 << 20);
    config.poll_every = Duration::from_millis(settings.memory.poll_millis);
    Store::connect(&config).await.map_err(|error| {
        format!("the database cannot be opened ({}): {}", error.code().as_str(), error.internal())
    })
}

/// The master keys: as set, or from their file.
fn master_keys(settings: &Settings) -> Result<Arc<dyn KeyVault>, String> {
    let wrong = |error: store::StoreError| format!("the master key does not read: {}", error.internal());
    if let Some(master) = &settings.keys.master {
        return Ok(Arc::new(MasterKeys::parse(master.reveal()).map_err(wrong)?));
    }
    let path = settings.keys.master_file.as_deref().ok_or_else(|| {
        "set keys.master_file (or keys.master): it encrypts what identifies subjects, and is kept apart from the \
         database"
            .to_owned()
    })?;
    not_for_others(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        // Another key than the one that the data were encrypted under would open nothing.
        std::io::ErrorKind::NotFound => format!(
            "{} is not there: it holds the master keys. `trialgraph init` makes it for a new installation; for one that is \
             founded, bring it back from where its copy is kept",
            path.display()
        ),
        _ => format!("{}: {error}", path.display()),
    })?;
    Ok(Arc::new(MasterKeys::parse(&text).map_err(wrong)?))
}

/// Makes a master key that its owner alone can read, unless there is one; answers whether it did.
fn make(path: &Path) -> Result<bool, String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let text = MasterKeys::generate("first").map_err(|error| error.internal().to_owned())?;
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        file => {
            let mut file = file.map_err(wrong)?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)?;
        }
    }
    tracing::info!("made a new master key: keep a copy of its file apart from the database");
    Ok(true)
}

/// Refuses a file of master keys that others on the machine can read.
fn not_for_others(path: &std::path::Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(held) = std::fs::metadata(path) else { return Ok(()) };
    match held.permissions().mode() & 0o007 {
        0 => Ok(()),
        _ => Err(format!(
            "{} can be read by everybody on this machine, and it opens what identifies subjects: chmod 600 it",
            path.display()
        )),
    }
}
