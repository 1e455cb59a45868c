//! What one request holds while it runs: who asks, as of when, and the studies that it looked at.

use crate::app::App;
use crate::caller::Known;
use crate::failure::{Code, Failure};
use crate::graphql::as_of::Instant;
use chrono::{DateTime, Utc};
use policy::{Actor, DataGroup};
use portal::Portal;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Access, AccessKind};
use study::Snapshot;
use study::view::{IdForm, Lens, NodeId, Read, ReadKind, Trail, View};
use tokio::sync::Mutex;
use uuid::Uuid;

/// What one request holds while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Scope {
    inner: Arc<Inner>,
}

struct Inner {
    app: Arc<App>,
    known: Known,
    request_id: Uuid,
    trail: Arc<Trail>,
    /// One snapshot for all root fields of a request that ask for the same study at the same point.
    views: Mutex<HashMap<(Uuid, Instant), View>>,
}

impl Scope {
    /// The scope of a request.
    pub fn new(app: Arc<App>, known: Known, request_id: Uuid) -> Scope {
        Scope {
            inner: Arc::new(Inner { app, known, request_id, trail: Arc::default(), views: Mutex::default() }),
        }
    }

    /// The same caller under the rights of this moment. What is read through it is settled with this scope.
    ///
    /// # Errors
    /// UNAUTHENTICATED when the portal no longer knows the caller or their session is over, or UNAVAILABLE.
    pub async fn renew(&self) -> Result<Scope, Failure> {
        let Inner { app, known, request_id, trail, .. } = &*self.inner;
        let newest = app.store.newest().await?;
        let portal = app.store.portal_since(&newest).await?;
        let now = app.store.clock().now();
        let caller = known.caller.clone();
        let actor = caller
            .actor(&portal, now)
            .ok_or_else(|| Failure::new(Code::Unauthenticated, "the token is not accepted: sign in again"))?;
        // What is heard is no use of a session: it ends when nothing is asked any more.
        crate::caller::session(app, &portal, (&caller, now)).await?;
        let known = Known { actor: Arc::new(actor), portal, newest, caller, now };
        let inner = Inner {
            app: app.clone(),
            known,
            request_id: *request_id,
            trail: trail.clone(),
            views: Mutex::default(),
        };
        Ok(Scope { inner: Arc::new(inner) })
    }

    /// The server.
    pub fn app(&self) -> &Arc<App> {
        &self.inner.app
    }

    /// Who asks.
    pub fn actor(&self) -> &Arc<Actor> {
        &self.inner.known.actor
    }

    /// The portal as it stands for this request.
    pub fn portal(&self) -> &Arc<Portal> {
        &self.inner.known.portal
    }

    /// What the token said of the caller.
    pub fn known(&self) -> &Known {
        &self.inner.known
    }

    /// The instant of the request.
    pub fn now(&self) -> DateTime<Utc> {
        self.inner.known.now
    }

    /// The request's id.
    pub fn request_id(&self) -> Uuid {
        self.inner.request_id
    }

    async fn lens(&self, live: &Arc<Snapshot>, now: DateTime<Utc>) -> Result<Lens, Failure> {
        let app = &self.inner.app;
        // Identity is always of now, whatever the point in history that is read.
        let vault = app.store.identities_since(live).await?;
        Ok(Lens { now, keys: app.board_keys.clone(), vault, trail: self.inner.trail.clone() })
    }

    /// A study by its code, as far as the caller has business in it; none when not, or when there is none.
    ///
    /// # Errors
    /// UNAVAILABLE, or what is wrong with the point in time.
    pub async fn study_by_code(&self, code: &str, at: &Instant) -> Result<Option<View>, Failure> {
        match self.portal().study_for(self.actor(), code) {
            Some(study) => self.study(study.id, at).await,
            None => Ok(None),
        }
    }

    /// A study by its id, under the same rule.
    ///
    /// # Errors
    /// As for [`Scope::study_by_code`].
    pub async fn study(&self, study: Uuid, at: &Instant) -> Result<Option<View>, Failure> {
        if self.portal().study(self.actor(), study).is_none() {
            return Ok(None);
        }
        let key = (study, at.clone());
        let mut views = self.inner.views.lock().await;
        if let Some(held) = views.get(&key) {
            return Ok(Some(held.clone()));
        }
        let live = self.live(study).await?;
        let (snapshot, now) = self.at(study, live.clone(), at).await?;
        let view = snapshot.view(self.actor(), self.lens(&live, now).await?);
        if let Some(view) = &view {
            views.insert(key, view.clone());
        }
        Ok(view)
    }

    /// The same after a write: the snapshot that the write made.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn view_of(&self, snapshot: &Arc<Snapshot>) -> Result<Option<View>, Failure> {
        // What a write made is newer than what was asked for before it; a replay's is older.
        let live = self.live(snapshot.study()).await?;
        let newer = if live.open().revision < snapshot.open().revision { snapshot } else { &live };
        let lens = self.lens(newer, self.now()).await?;
        Ok(snapshot.view(self.actor(), lens))
    }

    /// A study as the request's one question found it, or later.
    async fn live(&self, study: Uuid) -> Result<Arc<Snapshot>, Failure> {
        Ok(self.inner.app.store.study_since(study, &self.inner.known.newest).await?)
    }

    async fn at(
        &self,
        study: Uuid,
        live: Arc<Snapshot>,
        at: &Instant,
    ) -> Result<(Arc<Snapshot>, DateTime<Utc>), Failure> {
        let store = &self.inner.app.store;
        let board = self.actor().side(study) == Some(policy::Party::Board);
        match at {
            Instant::Live if board => match live.newest_cut() {
                Some(cut) => Ok((self.inner.app.frozen(&live, &cut).await?, self.now())),
                None => Ok((live, self.now())),
            },
            Instant::Live => Ok((live, self.now())),
            Instant::Cut(name) => {
                let named = live.cut_named(name);
                let may = board || self.may_name_cuts(&live).await?;
                let cut = named
                    .filter(|_| may)
                    .ok_or_else(|| Failure::new(Code::NotFound, "there is no such data cut"))?;
                Ok((self.inner.app.frozen(&live, &cut).await?, self.now()))
            }
            Instant::Revision(_) | Instant::Time(_) if board => {
                Err(Failure::new(Code::Forbidden, "the safety board reads released cuts only"))
            }
            Instant::Revision(revision) => {
                let newest = live.open().revision.0;
                if *revision == 0 || *revision > newest {
                    return Err(Failure::bad_input(format!(
                        "`asOf.revision` is {revision}; the study has revisions 1 to {newest}"
                    )));
                }
                let snapshot = store.study_at(study, *revision, None).await?;
                let moment = snapshot.open().at;
                Ok((snapshot, moment))
            }
            Instant::Time(time) => {
                let (open, sealed) = store.revision_at(study, *time).await?;
                if open == 0 {
                    return Err(Failure::bad_input("`asOf.time` lies before the study's first entry"));
                }
                Ok((store.study_at(study, open, Some(sealed)).await?, *time))
            }
        }
    }

    async fn may_name_cuts(&self, live: &Arc<Snapshot>) -> Result<bool, Failure> {
        let view = self.view_of(live).await?;
        Ok(view.is_some_and(|view| view.sight(DataGroup::OpenReport).sees_rows()))
    }

    /// The study that a global id belongs to, seen live; none for anything that is not the caller's.
    ///
    /// # Errors
    /// UNAVAILABLE.
    pub async fn study_of(&self, id: &str) -> Result<Option<View>, Failure> {
        let Some((node, form)) = NodeId::decode(id, &self.inner.app.board_keys) else { return Ok(None) };
        let board = self.actor().side(node.study) == Some(policy::Party::Board);
        if (form == IdForm::Board) != board {
            return Ok(None);
        }
        self.study(node.study, &Instant::Live).await
    }

    /// Writes to the access log what was read of identifiers and closed board matters. The answer may leave
    /// only after this.
    ///
    /// # Errors
    /// UNAVAILABLE when the log cannot be written.
    pub async fn settle(&self, operation: Option<&str>) -> Result<(), Failure> {
        let reads = self.inner.trail.take();
        if reads.is_empty() {
            return Ok(());
        }
        let records = reads.iter().map(|read| self.record(read, operation)).collect();
        let client = self.known().caller.client.clone();
        self.inner.app.store.log_access(records, client).await.map_err(Failure::from)
    }

    fn record(&self, read: &Read, operation: Option<&str>) -> Access {
        let (kind, groups) = match read.kind {
            ReadKind::Identity => (
                AccessKind::Identity,
                vec![DataGroup::Initials, DataGroup::BirthDate, DataGroup::HospitalLink],
            ),
            ReadKind::ClosedBoard => (AccessKind::ClosedBoard, vec![DataGroup::ClosedReport]),
        };
        let grant = self.actor().memberships.iter().find(|grant| Some(grant.id) == read.membership);
        Access {
            actor: self.actor().person,
            actor_name: self.actor().display_name.clone(),
            role: grant.map(|grant| grant.role),
            membership: read.membership,
            study: Some(read.study),
            kind,
            groups,
            subjects: vec![read.row],
            operation: operation.map(str::to_owned),
            request_id: self.request_id(),
        }
    }

    /// Writes to the access log that an act was refused for want of a right.
    ///
    /// # Errors
    /// UNAVAILABLE when the log cannot be written.
    pub async fn denied(&self, study: Option<Uuid>, act: &str) -> Result<(), Failure> {
        let record = Access {
            actor: self.actor().person,
            actor_name: self.actor().display_name.clone(),
            role: None,
            membership: None,
            study,
            kind: AccessKind::Denied,
            groups: Vec::new(),
            subjects: Vec::new(),
            operation: Some(act.to_owned()),
            request_id: self.request_id(),
        };
        let client = self.known().caller.client.clone();
        self.inner.app.store.log_access(vec![record], client).await.map_err(Failure::from)
    }
}
