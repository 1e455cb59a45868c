//! From a request's token to who asks, as the portal knows them at this moment.

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::graphql::Scope;
use crate::signin::account::Lasting;
use crate::signin::{Caller, Rejected, client};
use chrono::{DateTime, Duration, Utc};
use policy::Actor;
use portal::{CallingClient, Portal};
use std::sync::Arc;
use store::{CallerRef, Newest, Session};
use uuid::Uuid;

/// The program that tokens without a sign-in are made for: whoever bears one has shown that an operator made it, and nothing
/// of who they are.
pub const COMMAND_LINE: &str = "trialgraph command line";

/// What a request says of its caller.
pub struct Calling<'r> {
    /// The bearer token.
    pub token: Option<&'r str>,
    /// The request's id.
    pub request_id: Uuid,
}

/// A caller whom the portal knows.
#[derive(Clone)]
pub struct Known {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// The portal as it stands for this request.
    pub portal: Arc<Portal>,
    /// What the request's question brought; whatever the request reads is at least as new.
    pub newest: Newest,
    /// What the token said.
    pub caller: Arc<Caller>,
    /// The instant of the request.
    pub now: DateTime<Utc>,
}

impl Calling<'_> {
    /// Who asks. The portal is read after the request came in, so a right that was taken away before is gone.
    ///
    /// # Errors
    /// UNAUTHENTICATED, or UNAVAILABLE when the portal cannot be read.
    pub async fn identify(&self, app: &Arc<App>) -> Result<Scope, Failure> {
        let known = self.known(app).await?;
        Ok(Scope::new(app.clone(), known, self.request_id))
    }

    /// The same, without what a GraphQL request needs besides.
    ///
    /// # Errors
    /// As for [`Calling::identify`].
    pub async fn known(&self, app: &App) -> Result<Known, Failure> {
        let token = self.token.ok_or_else(|| {
            Failure::new(Code::Unauthenticated, "send an access token as `Authorization: Bearer …`")
        })?;
        let newest = app.store.newest().await?;
        let portal = app.store.portal_since(&newest).await?;
        let now = app.store.clock().now();
        let caller = app.trust.verify(&portal, token, now).await?;
        let actor = caller.actor(&portal, now).ok_or(NOT_KNOWN)?;
        goes_on(app, &portal, (&caller, now)).await?;
        Ok(Known { actor: Arc::new(actor), portal, newest, caller, now })
    }
}

/// What a caller hears whom the portal does not know, or knows no more.
const NOT_KNOWN: Rejected = Rejected::because("the token is not accepted: sign in again");
/// What a caller hears whose session is over.
const OVER: Rejected = Rejected::because("the session is over: sign in again");

/// Uses within this time of the last one that was noted are not noted.
const NOTED: Duration = Duration::seconds(30);

impl Caller {
    /// Whether the token was made on the command line, without a sign-in.
    pub fn is_of_the_command_line(&self) -> bool {
        self.local && self.session.is_none() && self.client.as_deref() == Some(COMMAND_LINE)
    }

    /// The caller as the portal knows them at an instant; none when it does not, or not any more.
    pub fn actor(&self, portal: &Portal, now: DateTime<Utc>) -> Option<Actor> {
        if let Some(client) = self.client_of(portal) {
            let known = self.client_key.as_ref().is_some_and(|key| client::holds_key(&client, key));
            let scopes = self.scopes.as_ref().filter(|_| known && self.session.is_none())?;
            return portal.client_actor_within(&self.subject, scopes);
        }
        let mut actor = if self.local {
            portal
                .actor(&self.subject, now)
                .filter(|_| portal.sign_in_epoch(&self.subject) == Some(self.epoch))
        } else {
            portal.actor_of_subject(&self.issuer, &self.subject, now)
        }?;
        actor.client = self.client.clone();
        Some(actor)
    }

    /// The hospital system that a token is of: one that the local issuer made for it, and that names it twice.
    fn client_of<'p>(&self, portal: &'p Portal) -> Option<CallingClient<'p>> {
        let own = self.local && self.client.as_ref() == Some(&self.subject);
        portal.calling_client(&self.subject).filter(|_| own)
    }

    /// How the writers find the caller again.
    pub fn reference(&self, portal: &Portal) -> CallerRef {
        match self.client_of(portal) {
            Some(_) => CallerRef::Client {
                name: self.subject.clone(),
                scopes: self.scopes.clone().unwrap_or_default(),
            },
            None if self.local => CallerRef::User(self.subject.clone()),
            None => CallerRef::External { issuer: self.issuer.clone(), subject: self.subject.clone() },
        }
    }
}

/// Goes on with a caller's session, and notes that it was used.
async fn goes_on(app: &App, portal: &Portal, (caller, now): (&Caller, DateTime<Utc>)) -> Result<(), Failure> {
    if let Some(session) = session(app, portal, (caller, now)).await?
        && now - session.used_at >= NOTED
    {
        app.store.touch_session(session.id, now).await?;
    }
    Ok(())
}

/// The session of a token that is of one, while it goes on: it was not ended, was used a short while ago, and began not
/// too long ago (P11-25). A token of another issuer may say when its session began.
///
/// # Errors
/// UNAUTHENTICATED when it is over, or UNAVAILABLE.
pub async fn session(
    app: &App,
    portal: &Portal,
    (caller, now): (&Caller, DateTime<Utc>),
) -> Result<Option<Session>, Failure> {
    let lasting = Lasting::of(portal);
    let Some(id) = caller.session else {
        let began = caller.auth_time.filter(|_| !caller.local);
        let over = began.is_some_and(|began| now.timestamp() - began >= lasting.longest.num_seconds());
        return if over { Err(OVER.into()) } else { Ok(None) };
    };
    let session = app.store.session(id).await?;
    // Nobody's token is of another's session, whatever signed it.
    let own = session
        .filter(|session| portal.sign_in(&caller.subject).is_some_and(|it| it.person == session.person));
    match own.filter(|session| lasting.holds(session, now)) {
        Some(session) => Ok(Some(session)),
        None => Err(OVER.into()),
    }
}
