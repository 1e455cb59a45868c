//! Whether a caller proved a short while ago, and strongly enough, who they are: what signing a record asks for (P11-18
//! to P11-20).

use super::account::ACR;
use super::verify::{Caller, Trust};
use chrono::{DateTime, Duration, Utc};

/// How old a proof may be (P11-20).
pub const FRESH: Duration = Duration::minutes(5);

/// Why the caller has to prove anew who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// The token does not say when they did.
    Unknown,
    /// They did too long ago.
    TooOld,
    /// They did not do so strongly enough.
    TooWeak,
}

impl Stale {
    /// What the caller hears.
    pub const fn message(self) -> &'static str {
        match self {
            Stale::Unknown => "sign in anew to do this: your token does not say when you last did",
            Stale::TooOld => "sign in anew to do this: you last did more than five minutes ago",
            Stale::TooWeak => "sign in anew to do this, with a second factor",
        }
    }
}

impl Trust {
    /// Judges a caller's last proof at an instant.
    ///
    /// # Errors
    /// Why it is not enough.
    pub fn proved_lately(&self, caller: &Caller, now: DateTime<Utc>) -> Result<(), Stale> {
        let own = [ACR.to_owned()];
        let strong = match caller.local {
            true => &own[..],
            false => self.signature_acr(&caller.issuer),
        };
        judge(caller, strong, now)
    }
}

fn judge(caller: &Caller, strong: &[String], now: DateTime<Utc>) -> Result<(), Stale> {
    let proved =
        caller.auth_time.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or(Stale::Unknown)?;
    // What lies ahead is as little worth as what lies far back: an issuer's clock may be ahead by the tolerated seconds,
    // and tokens from beyond that are not accepted at all.
    if now - proved > FRESH || proved - now > FRESH {
        return Err(Stale::TooOld);
    }
    match &caller.acr {
        Some(acr) if strong.contains(acr) => Ok(()),
        Some(_) | None => Err(Stale::TooWeak),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(auth_time: Option<i64>, acr: Option<&str>) -> Caller {
        Caller {
            issuer: "https://id.example.org".to_owned(),
            subject: "somebody".to_owned(),
            client: None,
            local: false,
            expires_at: 2_000_000_000,
            session: None,
            epoch: 0,
            auth_time,
            acr: acr.map(str::to_owned),
            scopes: None,
            client_key: None,
        }
    }

    /// P11-20: `auth_time` of at most five minutes ago, and an `acr` that the operator named.
    #[test]
    fn a_proof_has_to_be_fresh_and_strong() {
        let now = DateTime::from_timestamp(1_900_000_000, 0).unwrap();
        let strong = ["urn:example:silver".to_owned(), "urn:example:gold".to_owned()];
        let judged =
            |ago: Option<i64>, acr| judge(&caller(ago.map(|ago| 1_900_000_000 - ago), acr), &strong, now);
        let gold = Some("urn:example:gold");
        for ago in [0, 1, 299, 300, -30] {
            assert_eq!(judged(Some(ago), gold), Ok(()), "{ago} s ago");
        }
        for ago in [301, 3_600, i64::from(u32::MAX), -301] {
            assert_eq!(judged(Some(ago), gold), Err(Stale::TooOld), "{ago} s ago");
        }
        assert_eq!(judged(None, gold), Err(Stale::Unknown));
        assert_eq!(
            judge(&caller(Some(i64::MAX), gold), &strong, now),
            Err(Stale::Unknown),
            "no instant at all"
        );
        for acr in [None, Some(""), Some("urn:example:bronze"), Some("URN:EXAMPLE:GOLD"), Some("urn:example")]
        {
            assert_eq!(judged(Some(1), acr), Err(Stale::TooWeak), "{acr:?}");
        }
        // An issuer for which the operator named nothing is never strong enough.
        assert_eq!(judge(&caller(Some(1_900_000_000), gold), &[], now), Err(Stale::TooWeak));
    }
}
