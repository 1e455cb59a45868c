//! What an operator sets: a TOML file, then the environment (`TRIALGRAPH_DATABASE__URL`), checked at the start.
//!
//! Invariant: a setting that is unknown, malformed or out of range stops the start and says what would be right.
//! Invariant: no secret is printed; settings that hold one print as `(set)`.

mod clocks;
mod issuer;
mod limits;
mod server;
mod signin;

pub use clocks::Clocks;
pub use issuer::{Algorithm, Issuer, Outbound};
pub use limits::{Limits, Shown};
use serde::Deserialize;
pub use server::{Network, Server};
pub use signin::SignIn;
use std::fmt;
use std::path::{Path, PathBuf};

/// A text that is never printed.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set)")
    }
}

/// Everything an operator can set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the server listens and how it is known.
    pub server: Server,
    /// Where the data are.
    pub database: Database,
    /// Keys that encrypt what is personal.
    pub keys: Keys,
    /// Tokens of the local issuer.
    pub tokens: Tokens,
    /// Other issuers whose tokens are accepted.
    pub issuers: Vec<Issuer>,
    /// Whom the server may call.
    pub outbound: Outbound,
    /// How people sign in who have no other issuer.
    pub sign_in: SignIn,
    /// What a request may cost.
    pub limits: Limits,
    /// Memory and freshness.
    pub memory: Memory,
    /// With whom the clock is compared.
    pub clock: Clocks,
}

/// Where the data are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`. Default `sqlite:trialgraph.sqlite`.
    pub url: Secret,
    /// Connections, 2 to 200. Default 8.
    pub connections: u32,
    /// Whether the start brings the schema up to date. Default true for SQLite, false for PostgreSQL.
    pub migrate: Option<bool>,
}

/// Keys that encrypt what is personal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// A file with the master keys, one a line as `ID:64 hexadecimal digits`, the current one first. Made by
    /// `init` when it is missing. Default `trialgraph.key`.
    pub master_file: Option<PathBuf>,
    /// The master keys themselves; win over the file.
    pub master: Option<Secret>,
}

impl Default for Keys {
    fn default() -> Keys {
        Keys { master_file: Some(PathBuf::from("trialgraph.key")), master: None }
    }
}

/// Tokens of the local issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// Issuer claim. Default `urn:trialgraph:local`.
    pub issuer: String,
    /// Audience claim that every token must carry. Default `urn:trialgraph:api`.
    pub audience: String,
    /// Minutes that a token holds, 1 to 1440. Default 60.
    pub minutes: u64,
    /// Seconds by which clocks may differ, 0 to 300. Default 30.
    pub leeway_seconds: u64,
}

/// Memory and freshness.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Memory {
    /// Megabytes of snapshots that may be held. Default 1,024.
    pub snapshot_megabytes: usize,
    /// Milliseconds between looks for entries that other processes wrote. Default 500.
    pub poll_millis: u64,
}

impl Default for Database {
    fn default() -> Database {
        Database { url: Secret("sqlite:trialgraph.sqlite".to_owned()), connections: 8, migrate: None }
    }
}

impl Default for Tokens {
    fn default() -> Tokens {
        Tokens {
            issuer: "urn:trialgraph:local".to_owned(),
            audience: "urn:trialgraph:api".to_owned(),
            minutes: 60,
            leeway_seconds: 30,
        }
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory { snapshot_megabytes: 1_024, poll_millis: 500 }
    }
}

impl Settings {
    /// The address at which hospital systems ask for tokens, exactly as their assertions name it.
    pub fn token_endpoint(&self) -> String {
        format!("{}/oauth/token", self.server.public_url())
    }

    /// Reads the file, when one is named or `trialgraph.toml` is there, then the environment, and checks all.
    ///
    /// # Errors
    /// One line for each setting that is wrong.
    pub fn read(file: Option<&Path>) -> Result<Settings, Vec<String>> {
        let mut builder = config::Config::builder();
        builder = match file {
            Some(path) => builder.add_source(config::File::from(path).format(config::FileFormat::Toml)),
            None => builder.add_source(
                config::File::from(Path::new("trialgraph.toml"))
                    .format(config::FileFormat::Toml)
                    .required(false),
            ),
        };
        let environment = config::Environment::with_prefix("TRIALGRAPH")
            .prefix_separator("_")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("server.trusted_proxies")
            .with_list_parse_key("server.cors_origins")
            .with_list_parse_key("clock.ntp_servers")
            .try_parsing(true);
        let settings: Settings = builder
            .add_source(environment)
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| vec![error.to_string()])?;
        let problems = settings.problems();
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut range = |name: &str, value: u64, low: u64, high: u64| {
            if value < low || value > high {
                problems.push(format!("{name} is {value}; it must be from {low} to {high}"));
            }
        };
        range("database.connections", u64::from(self.database.connections), 2, 200);
        range("tokens.minutes", self.tokens.minutes, 1, 1_440);
        range("tokens.leeway_seconds", self.tokens.leeway_seconds, 0, 300);
        range("memory.snapshot_megabytes", self.memory.snapshot_megabytes as u64, 16, 1_048_576);
        range("memory.poll_millis", self.memory.poll_millis, 20, 60_000);
        problems.extend(self.server.problems());
        problems.extend(self.limits.problems());
        problems.extend(self.clock.problems());
        let url = self.database.url.reveal();
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            problems.push("database.url must start with sqlite: or postgres://".to_owned());
        }
        if let Some(master) = &self.keys.master
            && store::MasterKeys::parse(master.reveal()).is_err()
        {
            problems.push("keys.master must be lines of ID:64 hexadecimal digits".to_owned());
        }
        problems.extend(self.sign_in.problems());
        problems.extend(self.outbound.problems());
        problems.extend(self.issuers.iter().flat_map(|issuer| issuer.problems(&self.outbound)));
        problems
    }

    /// Whether the data lie in an embedded SQLite file.
    pub fn is_embedded(&self) -> bool {
        self.database.url.reveal().starts_with("sqlite:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_hold() {
        assert_eq!(Settings::default().problems(), Vec::<String>::new());
        // P11-58: no outbound call unless somebody asks for it.
        assert_eq!(Settings::default().clock.ntp_servers, Vec::<String>::new());
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let mut settings = Settings::default();
        settings.server.listen = "somewhere".to_owned();
        settings.limits.page = 0;
        settings.database.url = Secret("mysql://x".to_owned());
        settings.keys.master = Some(Secret("short".to_owned()));
        settings.clock = Clocks { ntp_servers: vec!["http://time".to_owned()], ntp_minutes: 0 };
        let problems = settings.problems().join("\n");
        for name in
            ["server.listen", "limits.page", "database.url", "keys.master", "ntp_servers", "ntp_minutes"]
        {
            assert!(problems.contains(name), "{name} in {problems}");
        }
        assert!(!format!("{settings:?}").contains("short"));
    }
}
