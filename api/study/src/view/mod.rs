//! The only way to a row: what one viewer may see of one study at one snapshot.
//!
//! A [`View`] cuts rows to the viewer's scope, gives out each value by its data group, and lets ids, codes,
//! dates and sites leave for the board only as keyed ids, pseudonyms, study days and letters.
//!
//! Invariant: a row out of scope is exactly as an unknown one.
//! Invariant: nothing here returns a row of the database; every value passes one of the accessors.

mod board;
mod derived;
mod findings;
mod ids;
mod lens;
mod nodes;
mod proposals;
mod rights;
mod rows;
mod shown;
mod study;
mod subject;
mod trail;
mod trail_rows;

use crate::Snapshot;
use crate::snapshot::Subject;
pub use board::{ClosedReportView, OpenReportView};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
pub use derived::BASELINE;
use entity::terms::Masking;
pub use ids::{BoardKeys, IdForm, NodeId, NodeKind};
pub use nodes::Found;
use policy::{Act, Actor, DataGroup, Membership, Party};
pub use proposals::ProposalView;
pub use rights::Sight;
use rights::{Reach, Rights};
pub use rows::*;
pub use shown::{Shown, ShownDate, ShownPartialDate, ValueState};
use std::sync::Arc;
pub use study::ProtocolVersionView;
pub use subject::{IdentityView, SubjectView};
pub use trail::{Read, ReadKind, Trail, Vault};
pub use trail_rows::{ShownField, TrailOf, TrailRow, group_of};
use uuid::Uuid;

/// With what, and as of when, a viewer looks.
#[derive(Clone)]
pub struct Lens {
    /// What `today` is taken from: now, or the moment of an older revision.
    pub now: DateTime<Utc>,
    /// Keys of what the board sees.
    pub keys: Arc<BoardKeys>,
    /// Opens direct identifiers.
    pub vault: Arc<dyn Vault>,
    /// Gathers what was read of identifiers and closed board matters.
    pub trail: Arc<Trail>,
}

impl Lens {
    /// A lens for judging who may see what, through which nothing leaves.
    pub(crate) fn judging(now: DateTime<Utc>) -> Lens {
        struct Shut;
        impl Vault for Shut {
            fn open(&self, _study: Uuid, _subject: Uuid) -> Option<policy::Identity> {
                None
            }
        }
        Lens {
            now,
            keys: Arc::new(BoardKeys { ids: [0; 32], pseudonyms: [0; 32] }),
            vault: Arc::new(Shut),
            trail: Arc::default(),
        }
    }
}

/// What one viewer may see of one study. Cheap to clone.
#[derive(Clone)]
pub struct View {
    inner: Arc<Inner>,
}

struct Inner {
    snapshot: Arc<Snapshot>,
    actor: Arc<Actor>,
    reach: Reach,
    lens: Lens,
}

impl Snapshot {
    /// What an actor may see; none when the actor has no business in the study, or there is no study yet.
    ///
    /// For the board the snapshot must be one of a released cut (see [`Snapshot::for_board`]): any other is
    /// replaced by what the board may see before the first cut.
    pub fn view(self: &Arc<Self>, actor: &Arc<Actor>, lens: Lens) -> Option<View> {
        let masking = self.row()?.masking;
        let sites: Vec<Uuid> = self.rows.sites.iter().map(|site| site.id).collect();
        let reach = Reach::of(actor, self.study(), &sites, masking)?;
        let snapshot = match reach.party {
            Party::Board if self.cut_off.is_none() => Arc::new(self.unreleased()),
            Party::Board
            | Party::Sponsor
            | Party::Site
            | Party::Installation
            | Party::Hospital
            | Party::Inspection => self.clone(),
        };
        Some(View { inner: Arc::new(Inner { snapshot, actor: actor.clone(), reach, lens }) })
    }
}

impl View {
    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.inner.snapshot
    }

    pub(crate) fn lens(&self) -> &Lens {
        &self.inner.lens
    }

    /// Who looks.
    pub fn actor(&self) -> &Arc<Actor> {
        &self.inner.actor
    }

    /// The side on which the viewer stands.
    pub fn party(&self) -> Party {
        self.inner.reach.party
    }

    /// The first of the viewer's grants here.
    pub fn membership(&self) -> Option<&Membership> {
        self.inner.reach.membership.as_ref()
    }

    /// Whether values go out under pseudonyms, study days and site letters.
    pub fn is_board(&self) -> bool {
        self.party() == Party::Board
    }

    /// Whether the study is masked.
    pub fn is_masked_study(&self) -> bool {
        self.inner.snapshot.row().is_some_and(|study| study.masking != Masking::Open)
    }

    /// What the viewer sees of a data group of the study itself.
    pub fn sight(&self, group: DataGroup) -> Sight {
        self.inner.reach.study.sight(group)
    }

    /// Whether the viewer may perform an act, at a site when one is given: the grant that allows it.
    pub fn allows(&self, act: Act, site: Option<Uuid>) -> Option<&Membership> {
        self.inner.actor.allows(act, self.inner.snapshot.study(), site)
    }

    /// The same as the command itself judges it: cohorts of a masked study are not the sponsor's to open, and those of an
    /// open-label one are the sponsor's alone.
    pub fn permits(&self, act: Act, site: Option<Uuid>) -> Option<&Membership> {
        let allowed = self.allows(act, site)?;
        let opens = |grant: &&Membership| (grant.role.side() == Party::Sponsor) != self.is_masked_study();
        match act {
            Act::OpenCohort => {
                let mut grants = self.inner.actor.in_study(self.study_row());
                grants.find(|grant| policy::may(grant.role, act) && opens(grant))
            }
            _ => Some(allowed),
        }
    }

    /// The site whose rows an act on the named thing is about, if it belongs to one; none when the thing is not there or
    /// not the viewer's.
    pub fn place_of(&self, id: &str) -> Option<Option<Uuid>> {
        let found = self.find(id)?;
        let (node, _) = NodeId::decode(id, &self.lens().keys)?;
        Some(match found {
            Found::Study | Found::Cohort(_) | Found::DataCut(_) => None,
            Found::Site(_) => Some(node.row),
            Found::Proposal(proposal) => Some(proposal.subject().site_row()),
            _ => Some(self.owner(node.row)?.site_row()),
        })
    }

    fn rights_at(&self, site: Uuid) -> Option<&Rights> {
        self.inner.reach.site(site)
    }

    /// A subject in scope by its row id.
    pub fn subject_by_row(&self, id: Uuid) -> Option<SubjectView<'_>> {
        self.admit(self.inner.snapshot.subject(id)?)
    }

    /// The subject in scope that a row belongs to, or is.
    pub fn owner(&self, row: Uuid) -> Option<SubjectView<'_>> {
        self.admit(self.inner.snapshot.owner(row)?)
    }

    /// A subject in scope by the code that this viewer knows it under.
    pub fn subject_by_code(&self, code: &str) -> Option<SubjectView<'_>> {
        self.subjects().find(|subject| subject.code() == code)
    }

    /// Whether the viewer sees subjects at all; an empty list then says that there are none in scope.
    pub fn sees_subjects(&self) -> bool {
        self.sight(DataGroup::Subjects).sees_rows()
    }

    /// Every subject in scope, in the order of screening; nothing when the viewer sees no subjects.
    pub fn subjects(&self) -> impl DoubleEndedIterator<Item = SubjectView<'_>> + '_ {
        self.inner.snapshot.all().filter_map(|subject| self.admit(subject))
    }

    /// How many places there are in the order of screening, those of subjects out of scope included. Not for an
    /// answer.
    pub fn subject_places(&self) -> usize {
        self.inner.snapshot.subjects()
    }

    /// The subject at a place in the order of screening; none when it is out of scope.
    pub fn subject_at(&self, place: usize) -> Option<SubjectView<'_>> {
        self.admit(self.inner.snapshot.at(place)?)
    }

    /// The place of the subject in scope that a global id names.
    pub fn subject_place(&self, id: &str) -> Option<usize> {
        let place = self.inner.snapshot.place(self.resolve(NodeKind::Subject, id)?)?;
        self.subject_at(place).map(|_| place)
    }

    /// How many subjects are in scope.
    pub fn subject_count(&self) -> usize {
        let seen =
            |site| self.rights_at(site).is_some_and(|rights| rights.sight(DataGroup::Subjects).sees_rows());
        self.inner.snapshot.census().iter().filter(|(site, _)| seen(*site)).map(|(_, count)| count).sum()
    }

    pub(crate) fn admit<'v>(&'v self, subject: &'v Arc<Subject>) -> Option<SubjectView<'v>> {
        let rights = self.rights_at(subject.row.site_id)?;
        rights.sight(DataGroup::Subjects).sees_rows().then(|| SubjectView::new(self, subject, rights))
    }

    /// The study's zone.
    pub fn zone(&self) -> Tz {
        self.inner.snapshot.row().map_or(Tz::UTC, |study| zone(&study.time_zone))
    }

    /// Today in a zone; the cut-off when a cut was applied.
    pub fn today(&self, zone: Tz) -> NaiveDate {
        self.inner.snapshot.cut_off.unwrap_or_else(|| self.inner.lens.now.with_timezone(&zone).date_naive())
    }

    /// The global id of a row for this viewer.
    pub fn id(&self, kind: NodeKind, row: Uuid) -> String {
        let form = if self.is_board() { IdForm::Board } else { IdForm::Plain };
        NodeId { kind, study: self.inner.snapshot.study(), row }.encode(form, &self.inner.lens.keys)
    }

    /// The row that a global id names, when the id is of this study, of this kind and made for this side.
    pub fn resolve(&self, kind: NodeKind, id: &str) -> Option<Uuid> {
        let (node, form) = NodeId::decode(id, &self.inner.lens.keys)?;
        let mine = (form == IdForm::Board) == self.is_board();
        (mine && node.kind == kind && node.study == self.inner.snapshot.study()).then_some(node.row)
    }
}

/// A zone by its IANA name. Names are checked when they are written.
pub(crate) fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}
