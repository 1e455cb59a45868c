//! Issuers whose tokens are accepted, and whom the server may call to learn their keys.

use super::Network;
use serde::Deserialize;
use std::path::PathBuf;

/// A signature algorithm that an issuer may be pinned to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDSA,
    /// ECDSA on P-256.
    ES256,
    /// ECDSA on P-384.
    ES384,
    /// RSA with SHA-256.
    RS256,
    /// RSA with SHA-384.
    RS384,
    /// RSA with SHA-256 and PSS.
    PS256,
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(pinned: Algorithm) -> jsonwebtoken::Algorithm {
        match pinned {
            Algorithm::EdDSA => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::ES256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::ES384 => jsonwebtoken::Algorithm::ES384,
            Algorithm::RS256 => jsonwebtoken::Algorithm::RS256,
            Algorithm::RS384 => jsonwebtoken::Algorithm::RS384,
            Algorithm::PS256 => jsonwebtoken::Algorithm::PS256,
        }
    }
}

/// An issuer whose tokens are accepted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Issuer claim, exactly. Its keys are found by discovery there, unless a file holds them.
    pub issuer: String,
    /// Audience claim that its tokens must carry.
    pub audience: String,
    /// The one algorithm that it signs with.
    pub algorithm: Algorithm,
    /// File with its public keys as a JWK set, in place of discovery.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
    /// Hosts besides its own where its keys may lie. Default none.
    #[serde(default)]
    pub key_hosts: Vec<String>,
    /// File with the certificate (PEM) of an authority that is trusted for it besides the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Programs (`client_id` or `azp`) whose tokens are accepted. Default all.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Strengths of a sign-in (`acr`) that are accepted: those with a second factor (P11-26).
    #[serde(default)]
    pub acr: Vec<String>,
    /// Whether any strength is accepted, since the issuer asks everybody for a second factor and does not say so in its
    /// tokens. Default false: then `acr` names at least one.
    #[serde(default)]
    pub any_acr: bool,
    /// Minutes that one of its tokens may hold, 1 to 480: how long somebody who is idle stays in at most, and who was
    /// disabled there. Default 60.
    #[serde(default = "hour")]
    pub longest_minutes: u32,
    /// Strengths of a sign-in (`acr`) that are enough to sign a record. Default none: then nobody who comes from this
    /// issuer can.
    #[serde(default)]
    pub signature_acr: Vec<String>,
}

fn hour() -> u32 {
    60
}

/// Whom the server may call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// Whether issuers on this machine may be called, and by plain HTTP: for tests and trials. Default false.
    pub loopback: bool,
    /// Networks that are not public and may be called all the same, as `10.1.0.0/16`. Default none.
    pub private: Vec<String>,
}

impl Outbound {
    /// The networks that may be called although they are not public.
    pub fn networks(&self) -> Vec<Network> {
        self.private.iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// One line for each setting that is wrong.
    pub(super) fn problems(&self) -> Vec<String> {
        let wrong = self.private.iter().filter(|text| text.parse::<Network>().is_err());
        wrong
            .map(|text| format!("outbound.private holds `{text}`; it must be a network, as 10.1.0.0/16"))
            .collect()
    }
}

impl Issuer {
    /// One line for each setting that is wrong.
    pub(super) fn problems(&self, outbound: &Outbound) -> Vec<String> {
        let mut problems = Vec::new();
        let secure = self.issuer.starts_with("https://");
        let local = outbound.loopback && self.issuer.starts_with("http://");
        if self.jwks_file.is_none() && !secure && !local {
            problems.push(format!(
                "the issuer `{}` needs an address that begins with https://, or a jwks_file",
                self.issuer
            ));
        }
        if self.acr.is_empty() && !self.any_acr {
            problems.push(format!(
                "the issuer `{}` names no `acr`: name those of a sign-in with a second factor, or set any_acr = true where it asks \
                 everybody for one",
                self.issuer
            ));
        }
        if !(1..=480).contains(&self.longest_minutes) {
            problems.push(format!(
                "longest_minutes of the issuer `{}` is {}; it must be from 1 to 480",
                self.issuer, self.longest_minutes
            ));
        }
        if self.audience.is_empty() {
            problems.push(format!("the issuer `{}` needs an audience", self.issuer));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_found_over_https_or_in_a_file() {
        let problems = |text: &str, loopback: bool| {
            let issuer: Issuer = toml::from_str(text).unwrap();
            issuer.problems(&Outbound { loopback, private: Vec::new() }).len()
        };
        let bare = |line: &str| format!("audience = \"a\"\nalgorithm = \"RS256\"\n{line}");
        let with = |line: &str| bare(&format!("acr = [\"gold\"]\n{line}"));
        assert_eq!(problems(&with("issuer = \"https://id.example.org\""), false), 0);
        assert_eq!(problems(&with("issuer = \"http://id.example.org\""), false), 1);
        assert_eq!(problems(&with("issuer = \"http://127.0.0.1:1\""), true), 0);
        assert_eq!(problems(&with("issuer = \"urn:any\"\njwks_file = \"keys.json\""), false), 0);
        assert!(toml::from_str::<Issuer>(&with("issuer = \"x\"\nverify = false")).is_err());
        // P11-26: an issuer asks for two factors, and says so or is said to.
        let own = "issuer = \"https://id.example.org\"";
        assert_eq!(
            (problems(&bare(own), false), problems(&bare(&format!("any_acr = true\n{own}")), false)),
            (1, 0)
        );
        for (minutes, wrong) in [(0, 1), (1, 0), (480, 0), (481, 1)] {
            assert_eq!(
                problems(&with(&format!("longest_minutes = {minutes}\n{own}")), false),
                wrong,
                "{minutes}"
            );
        }
        let outbound = Outbound { loopback: false, private: vec!["10.0.0.0/33".to_owned()] };
        assert_eq!(outbound.problems().len(), 1);
    }
}
