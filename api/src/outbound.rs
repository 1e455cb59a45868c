//! Calls that the server makes to others. There are none but to hosts that the operator named (P11-58, E3).
//!
//! Invariant: a host is resolved once, each of its addresses is judged, and the connection goes to those addresses and
//! no other: whoever changes the name's meaning between the look and the call gains nothing.
//! Invariant: no redirect is followed, no proxy of the environment is used, and an answer has a size and a time.

use crate::config::{Network, Outbound};
use reqwest::Url;
use reqwest::redirect::Policy;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a call may take from its beginning to the last byte.
const WHOLE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const BYTES: usize = 262_144;

/// Makes calls to some hosts.
pub struct Caller {
    hosts: BTreeSet<String>,
    loopback: bool,
    private: Vec<Network>,
    authority: Option<reqwest::Certificate>,
}

impl Caller {
    /// Makes calls to these hosts, and to no other; `authority` is a certificate (PEM) that is trusted besides the public
    /// ones.
    ///
    /// # Errors
    /// When the certificate does not read.
    pub fn to(
        hosts: impl IntoIterator<Item = String>,
        settings: &Outbound,
        authority: Option<&[u8]>,
    ) -> Result<Caller, String> {
        let authority = authority
            .map(reqwest::Certificate::from_pem)
            .transpose()
            .map_err(|_| "it is no certificate in PEM".to_owned())?;
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(Caller { hosts, loopback: settings.loopback, private: settings.networks(), authority })
    }

    /// The body of a JSON document.
    ///
    /// # Errors
    /// What went wrong, for the log: nothing of it came from the other side.
    pub async fn document(&self, url: &str) -> Result<Vec<u8>, String> {
        tokio::time::timeout(WHOLE, self.fetch(url)).await.map_err(|_| "it took too long".to_owned())?
    }

    async fn fetch(&self, text: &str) -> Result<Vec<u8>, String> {
        let url = Url::parse(text).map_err(|_| "the address is none".to_owned())?;
        let host = self.admitted(&url)?;
        let addresses = self.resolved(&url, &host).await?;
        let mut client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .https_only(url.scheme() == "https")
            .user_agent(concat!("trialgraph/", env!("CARGO_PKG_VERSION")))
            .resolve_to_addrs(&host, &addresses);
        if let Some(authority) = &self.authority {
            client = client.add_root_certificate(authority.clone());
        }
        let client = client.build().map_err(|_| "no client".to_owned())?;
        let sent = client.get(url).header("accept", "application/json").send().await;
        let mut response = sent.map_err(|error| describe(&error).to_owned())?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(format!("it answered with status {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| describe(&error).to_owned())? {
            if body.len() + part.len() > BYTES {
                return Err(format!("its answer is larger than {BYTES} bytes"));
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    /// The host of an address that may be called at all.
    fn admitted(&self, url: &Url) -> Result<String, String> {
        let host = url.host_str().ok_or("the address has no host")?.to_ascii_lowercase();
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a user or a password".to_owned());
        }
        match url.scheme() {
            "https" => {}
            // Its addresses are judged too: plain HTTP never leaves the machine.
            "http" if self.loopback => {}
            _ => return Err("the address is not of https".to_owned()),
        }
        if self.hosts.contains(&host) { Ok(host) } else { Err("the host is not on the list".to_owned()) }
    }

    /// The addresses of a host, all of which may be called.
    async fn resolved(&self, url: &Url, host: &str) -> Result<Vec<SocketAddr>, String> {
        let port = url.port_or_known_default().ok_or("the address has no port")?;
        let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let found: Vec<SocketAddr> = match literal {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => tokio::net::lookup_host((host, port))
                .await
                .map_err(|_| "the host is not known".to_owned())?
                .collect(),
        };
        let plain = url.scheme() == "http";
        let fine = |address: &SocketAddr| self.may_call(address.ip(), plain);
        if found.is_empty() || !found.iter().all(fine) {
            return Err("the host has an address that may not be called".to_owned());
        }
        Ok(found)
    }

    fn may_call(&self, address: IpAddr, plain: bool) -> bool {
        let address = address.to_canonical();
        if address.is_loopback() {
            return self.loopback;
        }
        !plain && (is_public(address) || self.private.iter().any(|network| network.contains(address)))
    }
}

fn describe(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "it took too long",
        error if error.is_connect() => "no connection",
        _ => "the connection broke off",
    }
}

/// Whether an address belongs to everybody's internet (RFC 6890 and its registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (224..=255, _, _)
    );
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // What is handed out lies in 2000::/3; of it, tunnels that hide another address, and documentation.
    let reserved = matches!((a, b), (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff));
    a & 0xe000 == 0x2000 && !reserved
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn caller(hosts: &[&str], settings: &Outbound) -> Caller {
        Caller::to(hosts.iter().map(|host| (*host).to_owned()), settings, None).unwrap()
    }

    fn loopback() -> Outbound {
        Outbound { loopback: true, private: Vec::new() }
    }

    async fn said(caller: &Caller, url: &str) -> String {
        caller.document(url).await.unwrap_err()
    }

    #[test]
    fn addresses_that_are_not_everybodys_are_known() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:a00:1::",
        ] {
            assert!(!is_public(text.parse::<IpAddr>().unwrap().to_canonical()), "{text}");
        }
        for text in ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "193.0.0.1", "2606:4700::1111"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    /// E3: neither a name nor an address leads to the machine itself, to its neighbours, or anywhere that is not listed.
    #[tokio::test]
    async fn only_listed_hosts_with_public_addresses_are_called() {
        let listed = ["localhost", "127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "id.example.org"];
        let strict = caller(&listed, &Outbound::default());
        for host in ["localhost", "127.0.0.1", "127.0.0.1:22", "[::1]", "10.0.0.1", "169.254.169.254"] {
            let told = said(&strict, &format!("https://{host}/keys")).await;
            assert_eq!(told, "the host has an address that may not be called", "{host}");
        }
        // Written otherwise it is the same address.
        for host in ["0x7f.1", "2130706433", "0177.0.0.1", "127.1"] {
            let told = said(&strict, &format!("https://{host}/keys")).await;
            assert_eq!(told, "the host has an address that may not be called", "{host}");
        }
        assert_eq!(said(&strict, "https://[::ffff:127.0.0.1]/").await, "the host is not on the list");
        for (url, reason) in [
            ("http://id.example.org/", "the address is not of https"),
            ("file:///etc/passwd", "the address has no host"),
            ("ftp://id.example.org/", "the address is not of https"),
            ("https://user:secret@id.example.org/", "the address holds a user or a password"),
            ("https://other.example.org/", "the host is not on the list"),
            ("https://id.example.org.evil.example/", "the host is not on the list"),
            ("https://id.example.org@evil.example/", "the address holds a user or a password"),
            ("nothing", "the address is none"),
        ] {
            assert_eq!(said(&strict, url).await, reason, "{url}");
        }
        // Loopback in plain HTTP is for tests; it opens nothing else.
        let local = caller(&listed, &loopback());
        let told = said(&local, "http://10.0.0.1/").await;
        assert_eq!(told, "the host has an address that may not be called");
        let private = Outbound { loopback: false, private: vec!["10.0.0.0/8".to_owned()] };
        assert!(caller(&listed, &private).may_call("10.0.0.1".parse().unwrap(), false));
        assert!(!caller(&listed, &private).may_call("10.0.0.1".parse().unwrap(), true), "never in the clear");
        assert!(!caller(&listed, &private).may_call("192.168.0.1".parse().unwrap(), false));
    }

    /// Answers every request with the same bytes.
    async fn serving(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/document", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    let mut head = [0; 4096];
                    let _ = socket.read(&mut head).await;
                    let _ = socket.write_all(&answer).await;
                });
            }
        });
        url
    }

    #[tokio::test]
    async fn an_answer_is_bounded_and_leads_nowhere_else() {
        let local = caller(&["127.0.0.1"], &loopback());
        let good =
            serving(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_vec()).await;
        assert_eq!(local.document(&good).await.unwrap(), b"{}");
        let target = good.clone();
        let moved = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(said(&local, &serving(moved.into_bytes()).await).await, "it answered with status 302");
        let mut large = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        large.extend(vec![b' '; 300_000]);
        assert_eq!(said(&local, &serving(large).await).await, "its answer is larger than 262144 bytes");
        let broken = serving(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}".to_vec()).await;
        assert_eq!(said(&local, &broken).await, "the connection broke off");
    }
}
