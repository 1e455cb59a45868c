//! From a request's token to who asks, as the portal knows them at this moment.

use crate::app::App;
use crate::failure::{Code, Failure};
use crate::graphql::Scope;
use crate::signin::Caller;
use chrono::{DateTime, Utc};
use policy::Actor;
use portal::Portal;
use std::sync::Arc;
use store::Newest;
use uuid::Uuid;

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
        let trust = app.trust(&portal).map_err(Failure::internal)?;
        let caller = trust
            .verify(token, now.timestamp())
            .map_err(|rejected| Failure::new(Code::Unauthenticated, rejected.message))?;
        let actor = if caller.local {
            portal.actor(&caller.subject, now)
        } else {
            portal.actor_of_subject(&caller.issuer, &caller.subject, now)
        };
        let mut actor = actor
            .ok_or_else(|| Failure::new(Code::Unauthenticated, "the token is not accepted: sign in again"))?;
        actor.client = caller.client.clone();
        Ok(Known { actor: Arc::new(actor), portal, newest, caller, now })
    }
}
