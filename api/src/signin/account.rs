//! Signing in with an account of this installation: password and second factor to tokens, and what a person changes of
//! them.
//!
//! Invariant: whoever does not get in learns nothing of why; an unknown name, a wrong password, a wrong code and a locked
//! account are answered alike, by the same steps.
//! Invariant: nobody gets in by a password alone (P11-26).

use super::factor::{self, Offer};
use super::issue::{Besides, Grant, Minter, SessionClaims};
use super::password::{self, Compared};
use crate::app::App;
use crate::caller::Known;
use crate::failure::{Code, Failure};
use crate::guard::rate::counted;
use chrono::{DateTime, Duration, Utc};
use portal::{Portal, SettingKey, SigningIn};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{
    Acceptance, AccessKind, Began, Charge, Credential, Door, Former, Lockout, NewCredential, Proof,
    Refreshed, Session, Spent, Trace, Tried,
};
use uuid::Uuid;

/// The one answer to whoever does not get in.
const NOT_IN: &str =
    "not signed in: a name, password or code is wrong, or the account is locked for some minutes";

/// The strength of a session: a password and a second factor.
pub const ACR: &str = "urn:trialgraph:acr:two-factor";

/// A secret of a request. Never printed.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Said(String);

impl Said {
    fn given(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

/// What a person proves who they are with.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Proving {
    /// The password.
    pub password: Said,
    /// A code of the second factor.
    pub code: Said,
    /// A recovery code, in place of it.
    pub recovery_code: Said,
}

/// A person's tokens.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    access_token: String,
    token_type: &'static str,
    /// Seconds that the access token holds.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// When the session ends at the latest.
    session_ends_at: DateTime<Utc>,
    /// Minutes without a request after which it ends.
    idle_minutes: i64,
    /// How many recovery codes are left, where that is worth saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<usize>,
}

/// What a person is given once, and tokens where they were signed in by it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recovery {
    /// Each signs in once in place of a code.
    recovery_codes: Vec<String>,
    #[serde(flatten)]
    tokens: Option<Tokens>,
}

/// A request about an account: which program asks, and under which id.
pub struct Desk<'a> {
    app: &'a App,
    client: String,
    address: String,
    request_id: Uuid,
}

/// How long sessions last, as the installation's settings say (P11-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// Without a request.
    pub idle: Duration,
    /// At the most.
    pub longest: Duration,
}

impl Lasting {
    /// As the portal says.
    pub fn of(portal: &Portal) -> Lasting {
        let number = |key: SettingKey, stricter: i64| portal.setting(key).parse().unwrap_or(stricter);
        Lasting {
            idle: Duration::minutes(number(SettingKey::SessionIdleMinutes, 5)),
            longest: Duration::hours(number(SettingKey::SessionHours, 1)),
        }
    }

    /// Whether a session still goes on at an instant.
    pub fn holds(self, session: &Session, now: DateTime<Utc>) -> bool {
        !session.ended && now < session.used_at + self.idle && now < session.began_at + self.longest
    }
}

fn not_in() -> Failure {
    Failure::new(Code::Unauthenticated, NOT_IN)
}

impl<'a> Desk<'a> {
    /// A request of a program, by what it calls itself.
    ///
    /// # Errors
    /// BAD_USER_INPUT when that is no name of a program.
    pub fn new(
        app: &'a App,
        client: Option<&str>,
        (address, request_id): (IpAddr, Uuid),
    ) -> Result<Desk<'a>, Failure> {
        let client = client.unwrap_or("unnamed");
        let fits =
            (1..=64).contains(&client.len()) && client.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !fits {
            return Err(Failure::bad_input("`client` is a name of 1 to 64 printable ASCII characters"));
        }
        Ok(Desk { app, client: client.to_owned(), address: counted(address).to_string(), request_id })
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.store.clock().now()
    }

    fn trace(&self, known: Option<&SigningIn>) -> Trace {
        Trace {
            actor: known.map(|known| known.person).unwrap_or_default(),
            actor_name: known.map_or_else(|| "(unknown)".to_owned(), |known| known.display_name.clone()),
            client: self.client.clone(),
            request_id: self.request_id,
        }
    }

    fn lockout(&self) -> Lockout {
        let settings = &self.app.settings.sign_in;
        Lockout { failures: settings.failures, time: Duration::minutes(settings.lock_minutes.into()) }
    }

    fn tried(&self, name: &str) -> Tried {
        Tried { name: name.to_owned(), address: self.address.clone(), at: Door::SignIn }
    }

    /// Charges an attempt to a name, however it is written and whether or not anybody has it.
    async fn charge(&self, name: &str, known: Option<&SigningIn>) -> Result<Charge, Failure> {
        // Longer than any name: not worth counting apart.
        let typed: String = name.chars().take(100).collect();
        let name = known.map_or(typed.as_str(), |known| known.name.as_str());
        Ok(self.app.store.charge_attempt(&self.tried(name), self.lockout()).await?)
    }

    /// Notes a failure and answers it.
    async fn fail(&self, known: Option<&SigningIn>, charge: Charge, what: &str) -> Failure {
        let trace = self.trace(known);
        let mut records = vec![trace.record(AccessKind::SignInFailed, what)];
        if matches!(charge, Charge::Open { last: true, .. }) {
            records.push(trace.record(AccessKind::Locked, what));
            // P11-24: somebody should look.
            tracing::warn!(request_id = %self.request_id, person = %trace.actor, "an account is locked after failures");
        }
        match self.app.store.log_access(records, Some(self.client.clone())).await {
            Ok(()) => not_in(),
            Err(error) => error.into(),
        }
    }

    /// Judges what a person offers, as one attempt. None, and the failure noted, when it is not right.
    async fn proof(
        &self,
        name: &str,
        known: Option<&SigningIn>,
        (proving, what): (&Proving, &str),
    ) -> Result<(Proof, Charge), Failure> {
        let charge = self.charge(name, known).await?;
        let store = &self.app.store;
        let held = store.credential(known.map(|known| known.person).unwrap_or_default()).await?;
        // None while a reset is under way.
        let hash = held.as_ref().map(|held| held.password.as_str()).filter(|hash| !hash.is_empty());
        let password = proving.password.0.as_str();
        let compared = self.app.hasher.compare(password, hash).await?;
        let spent = self.spent(held.as_ref(), proving)?;
        match (known, held, compared, spent, charge) {
            (Some(known), Some(held), Compared::Same { outdated }, Some(spent), Charge::Open { .. }) => {
                let rehashed = if outdated { Some(self.app.hasher.hash(password).await?) } else { None };
                let proof = Proof {
                    person: known.person,
                    tried: self.tried(&known.name),
                    password: held.password.clone(),
                    rehashed,
                    spent,
                };
                Ok((proof, charge))
            }
            (known, _, _, _, _) => Err(self.fail(known, charge, what).await),
        }
    }

    /// What is offered beside the password, if it is right. Whether it was used before is found when it is used up.
    fn spent(&self, held: Option<&Credential>, proving: &Proving) -> Result<Option<Spent>, Failure> {
        // A secret of nobody, so that an unknown name takes as long.
        let (secret, left): (&[u8], &[String]) =
            held.map_or((&[0; 20], &[]), |held| (held.factor.as_slice(), held.recovery.as_slice()));
        match (proving.code.given(), proving.recovery_code.given()) {
            (Some(code), None) => Ok(factor::step_of(secret, code, self.now())?.map(Spent::Step)),
            (None, Some(code)) => {
                let digest = factor::digest(code);
                Ok(left.contains(&digest).then_some(Spent::Recovery(digest)))
            }
            (None, None) | (Some(_), Some(_)) => Ok(None),
        }
    }

    /// Signs a person in.
    ///
    /// # Errors
    /// UNAUTHENTICATED, the same whatever is wrong.
    pub async fn sign_in(&self, name: &str, proving: &Proving) -> Result<Tokens, Failure> {
        let portal = self.app.store.portal().await?;
        let known = portal.sign_in(name);
        let (proof, charge) = self.proof(name, known.as_ref(), (proving, "signIn")).await?;
        let Some(known) = known else { return Err(not_in()) };
        let recovered = matches!(proof.spent, Spent::Recovery(_));
        let began = self.app.store.begin_session(proof, known.epoch, self.trace(Some(&known))).await?;
        let Some(began) = began else { return Err(self.fail(Some(&known), charge, "signIn").await) };
        let mut tokens = self.tokens(&portal, &known, began).await?;
        if recovered {
            let held = self.app.store.credential(known.person).await?;
            tokens.recovery_codes_left = held.map(|held| held.recovery.len());
        }
        Ok(tokens)
    }

    async fn tokens(&self, portal: &Portal, known: &SigningIn, began: Began) -> Result<Tokens, Failure> {
        let Began { session, refresh_token } = began;
        let tokens = self.access(portal, known, &session).await?;
        Ok(Tokens { refresh_token: Some(refresh_token), ..tokens })
    }

    /// An access token of a session, which never outlives it.
    async fn access(&self, portal: &Portal, known: &SigningIn, session: &Session) -> Result<Tokens, Failure> {
        let (now, lasting) = (self.now(), Lasting::of(portal));
        let ends_at = session.began_at + lasting.longest;
        let minutes = i64::try_from(self.app.settings.sign_in.access_minutes).unwrap_or(5);
        let expires_in = (minutes * 60).min((ends_at - now).num_seconds()).max(0);
        let minter = Minter::of(&self.app.settings, &self.app.store).await?;
        let grant = Grant {
            user: &known.name,
            epoch: known.epoch,
            client: &session.client,
            now: now.timestamp(),
            seconds: expires_in,
            id: uuid::Builder::from_random_bytes(rand::random()).into_uuid(),
        };
        let claims = SessionClaims {
            session: session.id,
            proved_at: session.proved_at.timestamp(),
            acr: ACR,
            amr: ["pwd", "otp"],
        };
        let access_token = minter
            .mint_with(&grant, Besides { session: Some(claims), client: None })
            .map_err(|_| Failure::internal("an access token cannot be signed"))?;
        Ok(Tokens {
            access_token,
            token_type: "Bearer",
            expires_in,
            refresh_token: None,
            session_ends_at: ends_at,
            idle_minutes: lasting.idle.num_minutes(),
            recovery_codes_left: None,
        })
    }

    /// Renews a session by the token that was given for it.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the token is not known, was used before, or the session is over.
    pub async fn refresh(&self, refresh_token: &Said) -> Result<Tokens, Failure> {
        let over = || Failure::new(Code::Unauthenticated, "the session is over: sign in again");
        let store = &self.app.store;
        let portal = store.portal().await?;
        let session = store.session_of(&refresh_token.0).await?.ok_or_else(over)?;
        let known = portal.signing_in(session.person).ok_or_else(over)?;
        let holds = Lasting::of(&portal).holds(&session, self.now()) && session.epoch == known.epoch;
        // A token that was used before is found out even when the session is idle.
        if !holds && !session.ended {
            store.end_session(session.id, false, self.trace(Some(&known))).await?;
        }
        let trace = Trace { client: session.client.clone(), ..self.trace(Some(&known)) };
        match store.refresh_session(&refresh_token.0, trace).await? {
            Refreshed::Renewed(began) if holds => self.tokens(&portal, &known, began).await,
            Refreshed::Reused => {
                tracing::warn!(
                    request_id = %self.request_id,
                    person = %known.person,
                    "a refresh token was used twice: its session is ended"
                );
                Err(over())
            }
            Refreshed::Renewed(_) | Refreshed::Unknown => Err(over()),
        }
    }

    /// Ends the session of a token that renews it, or all of its person.
    ///
    /// # Errors
    /// UNAVAILABLE. An unknown token is no error: there is nothing to end.
    pub async fn sign_out_by(&self, refresh_token: &Said, everywhere: bool) -> Result<(), Failure> {
        let Some(session) = self.app.store.session_of(&refresh_token.0).await? else { return Ok(()) };
        let portal = self.app.store.portal().await?;
        let known = portal.signing_in(session.person);
        let trace = Trace { actor: session.person, ..self.trace(known.as_ref()) };
        Ok(self.app.store.end_session(session.id, everywhere, trace).await?)
    }

    /// Ends a caller's session, or all of theirs.
    ///
    /// # Errors
    /// BAD_USER_INPUT when the caller did not sign in here.
    pub async fn sign_out(&self, known: &Known, everywhere: bool) -> Result<(), Failure> {
        let (session, person) = self.own(known)?;
        Ok(self.app.store.end_session(session, everywhere, self.trace(Some(&person))).await?)
    }

    /// The session of a caller who signed in here.
    fn own(&self, known: &Known) -> Result<(Uuid, SigningIn), Failure> {
        let session = known.caller.session;
        let person = known.portal.signing_in(known.actor.person);
        session.zip(person).ok_or_else(|| {
            Failure::bad_input(
                "this token is of no session here: who made it ends it and changes what it takes",
            )
        })
    }

    /// A fresh access token after the caller proved anew who they are (P11-18 to P11-20).
    ///
    /// # Errors
    /// UNAUTHENTICATED, the same whatever is wrong.
    pub async fn prove(&self, known: &Known, proving: &Proving) -> Result<Tokens, Failure> {
        let (session, person) = self.own(known)?;
        let (proof, charge) = self.proof(&person.name, Some(&person), (proving, "signInAgain")).await?;
        if !self.app.store.prove_session(session, proof, self.trace(Some(&person))).await? {
            return Err(self.fail(Some(&person), charge, "signInAgain").await);
        }
        let session = self.app.store.session(session).await?.ok_or_else(not_in)?;
        self.access(&known.portal, &person, &session).await
    }

    /// Changes the caller's password. Every other session of theirs ends.
    ///
    /// # Errors
    /// BAD_USER_INPUT with what is wrong with the new one; UNAUTHENTICATED when the old one is not proved.
    pub async fn change_password(
        &self,
        known: &Known,
        (proving, new): (&Proving, &Said),
    ) -> Result<(), Failure> {
        let (session, person) = self.own(known)?;
        password::check(&new.0, &person.name, &self.app.settings.sign_in)?;
        let (proof, charge) = self.proof(&person.name, Some(&person), (proving, "password")).await?;
        if new.0 == proving.password.0 {
            return Err(Failure::bad_input("the new password is not taken: it is the old one"));
        }
        let new = NewCredential::Password(self.app.hasher.hash(&new.0).await?);
        let trace = self.trace(Some(&person));
        match self.app.store.change_credential((proof, new), session, trace).await? {
            true => Ok(()),
            false => Err(self.fail(Some(&person), charge, "password").await),
        }
    }

    fn offer(&self, portal: &Portal, person: &SigningIn) -> Result<Offer, Failure> {
        let issuer = portal.setting(SettingKey::InstallationName);
        factor::offer(&self.app.store, (person.person, &person.name), (issuer, self.now()))
    }

    /// Offers the caller another second factor.
    ///
    /// # Errors
    /// BAD_USER_INPUT when the caller did not sign in here.
    pub fn offer_factor(&self, known: &Known) -> Result<Offer, Failure> {
        let (_, person) = self.own(known)?;
        self.offer(&known.portal, &person)
    }

    /// Takes another second factor in place of the caller's, with fresh recovery codes. Every other session ends.
    ///
    /// # Errors
    /// BAD_USER_INPUT when the new one is not proved; UNAUTHENTICATED when the caller is not.
    pub async fn change_factor(
        &self,
        known: &Known,
        proving: &Proving,
        (enrolment, code): (&Said, &Said),
    ) -> Result<Recovery, Failure> {
        let (session, person) = self.own(known)?;
        let whose = (person.person, self.now());
        let (secret, step) = factor::proved(&self.app.store, whose, (&enrolment.0, &code.0))?;
        let (proof, charge) = self.proof(&person.name, Some(&person), (proving, "factor")).await?;
        let codes = factor::recovery_codes();
        let recovery = codes.iter().map(|code| factor::digest(code)).collect();
        let new = NewCredential::Factor { secret, step, recovery };
        let trace = self.trace(Some(&person));
        match self.app.store.change_credential((proof, new), session, trace).await? {
            true => Ok(Recovery { recovery_codes: codes, tokens: None }),
            false => Err(self.fail(Some(&person), charge, "factor").await),
        }
    }

    /// Whom an invitation's code invites, as one attempt that stays charged.
    async fn invited(&self, name: &str, code: &Said) -> Result<(SigningIn, String, Charge), Failure> {
        let portal = self.app.store.portal().await?;
        let known = portal.sign_in(name);
        let charge = self.charge(name, known.as_ref()).await?;
        let digest = factor::digest(&code.0);
        let person = known.as_ref().map(|known| known.person).unwrap_or_default();
        let holds = self.app.store.is_invited(person, &digest).await?;
        match (known, charge) {
            (Some(known), Charge::Open { .. }) if holds => Ok((known, digest, charge)),
            (known, _) => Err(self.fail(known.as_ref(), charge, "invitation").await),
        }
    }

    /// Offers an invited person the second factor that they have to prove.
    ///
    /// # Errors
    /// UNAUTHENTICATED, the same whatever is wrong.
    pub async fn open_invitation(&self, name: &str, code: &Said) -> Result<Welcome, Failure> {
        let (person, _, _) = self.invited(name, code).await?;
        let store = &self.app.store;
        store.forgive_attempt(&self.tried(&person.name)).await?;
        let former_factor = store.credential(person.person).await?.is_some();
        let portal = store.portal().await?;
        let offer = self.offer(&portal, &person)?;
        Ok(Welcome { offer, former_factor })
    }

    /// Sets an invited person's password and second factor, both or none, and signs them in.
    ///
    /// # Errors
    /// UNAUTHENTICATED for a wrong name, invitation or former factor; BAD_USER_INPUT for a weak password or an unproved
    /// factor.
    pub async fn accept_invitation(
        &self,
        (name, invitation): (&str, &Said),
        former: &Before,
        (password, enrolment, code): (&Said, &Said, &Said),
    ) -> Result<Recovery, Failure> {
        let (person, digest, charge) = self.invited(name, invitation).await?;
        let set = async {
            password::check(&password.0, &person.name, &self.app.settings.sign_in)?;
            let whose = (person.person, self.now());
            let factor = factor::proved(&self.app.store, whose, (&enrolment.0, &code.0))?;
            let held = self.app.store.credential(person.person).await?;
            if held.is_some() && !former.is_given() {
                return Err(Failure::bad_input(FORMER));
            }
            Ok((factor, self.former(held.as_ref(), former)?))
        };
        let ((secret, step), proved) = match set.await {
            Ok(set) => set,
            Err(failure) => {
                // Nothing was guessed.
                self.app.store.forgive_attempt(&self.tried(&person.name)).await?;
                return Err(failure);
            }
        };
        // Counted apart from signing in, of which an invitation begins the count anew: or whoever may invite could guess at the
        // factor for as long as they like.
        let guess = Tried { at: Door::FormerFactor, ..self.tried(&person.name) };
        let charge = match former.is_guess() {
            true => match self.app.store.charge_attempt(&guess, self.lockout()).await? {
                Charge::Open { last: false } => charge,
                decided => decided,
            },
            false => charge,
        };
        if charge == Charge::Locked {
            return Err(self.fail(Some(&person), charge, "formerFactor").await);
        }
        let codes = factor::recovery_codes();
        let credential = Credential {
            password: self.app.hasher.hash(&password.0).await?,
            factor: secret,
            factor_step: step,
            recovery: codes.iter().map(|code| factor::digest(code)).collect(),
        };
        let tried = self.tried(&person.name);
        let acceptance =
            Acceptance { person: person.person, tried, invitation: digest, former: proved, credential };
        let trace = self.trace(Some(&person));
        let began = self.app.store.accept_invitation(acceptance, person.epoch, trace).await?;
        let Some(began) = began else { return Err(self.fail(Some(&person), charge, "invitation").await) };
        self.app.store.forgive_attempt(&guess).await?;
        let portal = self.app.store.portal().await?;
        let tokens = self.tokens(&portal, &person, began).await?;
        Ok(Recovery { recovery_codes: codes, tokens: Some(tokens) })
    }

    /// What an invited person brings of what they had before, if it is right.
    fn former(&self, held: Option<&Credential>, before: &Before) -> Result<Option<Former>, Failure> {
        if let Some(second) = before.second_invitation.given() {
            return Ok(Some(Former::Invitation(factor::digest(second))));
        }
        let proving = Proving {
            password: Said::default(),
            code: before.former_code.clone(),
            recovery_code: before.former_recovery_code.clone(),
        };
        Ok(self.spent(held, &proving)?.map(Former::Proved))
    }
}

/// What an invited person hears who had a second factor and brings nothing of it.
const FORMER: &str = "this account has a second factor: give a code of it as `formerCode`, a recovery code as \
                      `formerRecoveryCode`, or a second administrator's invitation as `secondInvitation`";

/// What an invited person brings who had a second factor before: one of them.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Before {
    /// A code of the factor that they had.
    pub former_code: Said,
    /// A recovery code of it.
    pub former_recovery_code: Said,
    /// The invitation of another administrator, when both are lost.
    pub second_invitation: Said,
}

impl Before {
    /// Whether it is something that could be guessed, as no invitation can.
    fn is_guess(&self) -> bool {
        [&self.former_code, &self.former_recovery_code].into_iter().any(|said| said.given().is_some())
    }

    fn is_given(&self) -> bool {
        let all = [&self.former_code, &self.former_recovery_code, &self.second_invitation];
        all.into_iter().any(|said| said.given().is_some())
    }
}

/// What an invited person is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    #[serde(flatten)]
    offer: Offer,
    /// Whether they have to bring something of the factor that they had.
    former_factor: bool,
}
