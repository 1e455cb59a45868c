//! Where the server listens, how it is known, and whom at its edges it believes.

use super::Secret;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// Where the server listens and how it is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port. Default `127.0.0.1:8080`.
    pub listen: String,
    /// How others reach the server, as `https://trial.example.org`: the audience of hospital systems' assertions is this
    /// and `/oauth/token`. Default `http://` and `listen`, or `https://` where the server speaks TLS itself.
    pub public_url: Option<String>,
    /// HTTP workers; 0 means one a core. Default 0.
    pub workers: usize,
    /// Seconds that running requests get when the server is asked to stop, 1 to 300. Default 20.
    pub shutdown_seconds: u64,
    /// Seconds that the head of a request may take to arrive, 1 to 300. Default 10.
    pub head_seconds: u64,
    /// Seconds that a client may leave what it was sent unread before its connection is cut, 1 to 300. Default 60.
    pub unread_seconds: u64,
    /// Whether `/` serves GraphiQL. Default false.
    pub graphiql: bool,
    /// Whether the schema may be introspected. Default false: the schema is published as a file.
    pub introspection: bool,
    /// Whether errors suggest names that are like an unknown one. Default false.
    pub suggestions: bool,
    /// File with the certificate chain, PEM. With it and its key the server speaks TLS itself. Default none.
    pub tls_certificate: Option<PathBuf>,
    /// File with the certificate's private key, PEM. Default none.
    pub tls_key: Option<PathBuf>,
    /// Addresses or networks (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are
    /// believed. Default none: then the client is whoever connects.
    pub trusted_proxies: Vec<String>,
    /// Origins, as `https://portal.example.org`, whose pages may call the API from a browser. Default none.
    pub cors_origins: Vec<String>,
    /// What whoever reads `/metrics` sends as `Authorization: Bearer …`. Default none: then they are read on this machine
    /// alone, and by nobody where proxies are trusted.
    pub metrics_token: Option<Secret>,
    /// File with the operations that are executed and no others: a manifest of persisted operations, as build tools of front
    /// ends write it (`apollo-persisted-query-manifest`). Default none: any operation within the limits is executed.
    pub operations: Option<PathBuf>,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: None,
            workers: 0,
            shutdown_seconds: 20,
            head_seconds: 10,
            unread_seconds: 60,
            graphiql: false,
            introspection: false,
            suggestions: false,
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            metrics_token: None,
            operations: None,
        }
    }
}

impl Server {
    /// How others reach the server, without a slash at the end.
    pub fn public_url(&self) -> String {
        let own = || {
            let scheme = if self.tls_certificate.is_some() { "https" } else { "http" };
            format!("{scheme}://{}", self.listen)
        };
        self.public_url.clone().unwrap_or_else(own).trim_end_matches('/').to_owned()
    }

    /// The networks of the proxies that are believed.
    pub fn proxies(&self) -> Vec<Network> {
        self.trusted_proxies.iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// Whether tokens would cross a network in the clear: no TLS, no proxy, and not this machine alone.
    pub fn is_in_the_clear(&self) -> bool {
        let local = self.listen.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
        !local && self.tls_certificate.is_none() && self.trusted_proxies.is_empty()
    }

    /// One line for each setting that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in [
            ("shutdown_seconds", self.shutdown_seconds),
            ("head_seconds", self.head_seconds),
            ("unread_seconds", self.unread_seconds),
        ] {
            if !(1..=300).contains(&value) {
                problems.push(format!("server.{name} is {value}; it must be from 1 to 300"));
            }
        }
        if self.listen.parse::<SocketAddr>().is_err() {
            problems.push(format!(
                "server.listen is `{}`; it must be an address and a port, as 127.0.0.1:8080",
                self.listen
            ));
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            problems.push("server.tls_certificate and server.tls_key must be set together".to_owned());
        }
        for text in &self.trusted_proxies {
            if text.parse::<Network>().is_err() {
                problems.push(format!(
                    "server.trusted_proxies holds `{text}`; it must be an address or a network, as 10.0.0.0/8"
                ));
            }
        }
        for text in &self.cors_origins {
            if !is_origin(text) {
                problems.push(format!(
                    "server.cors_origins holds `{text}`; it must be scheme, host and port as a browser sends \
                     them, as https://portal.example.org"
                ));
            }
        }
        problems
    }
}

/// An origin as browsers write it: no path, no wildcard.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(allowed))
}

/// An address, or all addresses with the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether an address lies in it. IPv4 in IPv6's clothes counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(mine) & mask == u32::from(other) & mask
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(mine) & mask == u128::from(other) & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Network, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most { Err(()) } else { Ok(Network { address, bits }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_addresses() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.1.2.3", "10.1.2.3"));
        assert!(!holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        assert!(!holds("::/0", "10.0.0.1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::1/129", "host", "10.0.0.0/x"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let server = Server {
            tls_key: Some("key.pem".into()),
            trusted_proxies: vec!["proxy".to_owned()],
            cors_origins: vec![
                "*".to_owned(),
                "https://a.example/".to_owned(),
                "https://b.example".to_owned(),
            ],
            head_seconds: 0,
            unread_seconds: 301,
            ..Server::default()
        };
        let problems = server.problems();
        assert_eq!(problems.len(), 6, "{problems:?}");
        for name in [
            "server.tls_certificate",
            "`proxy`",
            "`*`",
            "`https://a.example/`",
            "server.head_seconds",
            "server.unread_seconds",
        ] {
            assert!(problems.iter().any(|problem| problem.contains(name)), "{name} in {problems:?}");
        }
    }

    #[test]
    fn a_server_in_the_clear_is_noticed() {
        let on = |listen: &str| Server { listen: listen.to_owned(), ..Server::default() };
        assert!(!on("127.0.0.1:1").is_in_the_clear());
        assert!(on("0.0.0.0:1").is_in_the_clear());
        let proxies = vec!["10.0.0.1".to_owned()];
        assert!(!Server { trusted_proxies: proxies, ..on("0.0.0.0:1") }.is_in_the_clear());
    }
}
