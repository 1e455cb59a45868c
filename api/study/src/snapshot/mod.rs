//! A study at a pair of revisions: immutable, shared, and read only through a [`crate::View`].
//!
//! Subjects lie in chunks behind `Arc`s, in the order of screening, so that an entry copies one subject and
//! one chunk's list of pointers, and a walk over all subjects runs through memory in order.
//!
//! Invariant: the state loaded from the newest images equals the state that applied every entry.

mod cut;
mod index;
mod subject;
pub(crate) mod tables;

use crate::rulebook::Rulebook;
use entity::row::Row;
use entity::rows;
use index::RowIndex;
use ledger::{Entry, Head, ImageError, LoadedRow, StreamId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use subject::{Image, StudyDraft, SubjectDraft};
pub(crate) use subject::{StudyRows, Subject, SubjectRows};
use tables::Rec;
use uuid::Uuid;

/// Subjects a chunk. A change copies this many pointers.
const CHUNK: usize = 256;

type Chunk = Arc<[Arc<Subject>]>;

/// How many subjects each site has, counted when somebody asks. A copy counts anew, since copies are what changes.
#[derive(Default)]
struct Census(OnceLock<Vec<(Uuid, usize)>>);

impl Clone for Census {
    fn clone(&self) -> Census {
        Census::default()
    }
}

/// A study at a pair of revisions.
#[derive(Clone)]
pub struct Snapshot {
    study: Uuid,
    open: Head,
    sealed: Head,
    pub(crate) rows: Arc<StudyRows>,
    pub(crate) rulebook: Option<Arc<Rulebook>>,
    chunks: Arc<[Chunk]>,
    subjects: usize,
    index: RowIndex,
    bytes: usize,
    /// Subjects whose endpoints were derived, over all snapshots of the study in this process.
    derived: Arc<AtomicU64>,
    census: Census,
    /// The clinical cut-off that was applied, if any.
    pub(crate) cut_off: Option<chrono::NaiveDate>,
    /// The cut that this is, if it is one.
    pub(crate) cut_id: Option<Uuid>,
}

impl Snapshot {
    /// The study before its first entry.
    pub fn empty(study: Uuid) -> Snapshot {
        Snapshot {
            study,
            open: Head::empty(StreamId::Open(study)),
            sealed: Head::empty(StreamId::Sealed(study)),
            rows: Arc::default(),
            rulebook: None,
            chunks: Arc::from([]),
            subjects: 0,
            index: RowIndex::empty(),
            bytes: 0,
            derived: Arc::default(),
            census: Census::default(),
            cut_off: None,
            cut_id: None,
        }
    }

    /// The study from the newest image of each row at or below two revisions. Rows may come in any order.
    ///
    /// # Errors
    /// An image is no row of its table, or a row's subject is missing.
    pub fn load(
        study: Uuid,
        open: (Head, Vec<LoadedRow>),
        sealed: (Head, Vec<LoadedRow>),
    ) -> Result<Snapshot, ImageError> {
        let mut study_rows = StudyDraft::default();
        let mut people: HashMap<Uuid, (Option<Rec<rows::Subject>>, SubjectDraft, usize)> = HashMap::new();
        let mut bytes = 0;
        for loaded in open.1.iter().chain(&sealed.1) {
            let image = Image {
                table: &loaded.table,
                row: loaded.row,
                text: &loaded.image,
                revision: loaded.revision.0,
            };
            bytes += loaded.image.len();
            let owner = loaded.subject.filter(|_| SubjectRows::holds(image.table));
            if owner.is_none() && study_rows.push(&image)? {
                continue;
            }
            let owner = owner.ok_or_else(|| image.error("a subject's row names no subject".into()))?;
            let held = people.entry(owner).or_default();
            held.2 += loaded.image.len();
            if image.table == rows::Subject::TABLE {
                held.0 = Some(image.parse()?);
            } else if !held.1.push(&image)? {
                return Err(image.error("the study streams have no such table".into()));
            }
        }
        let rows = study_rows.finish();
        let rulebook = rulebook(&rows)?;
        let mut subjects = Vec::with_capacity(people.len());
        for (id, (row, draft, bytes)) in people {
            let missing = |message: &str| ImageError {
                table: rows::Subject::TABLE.into(),
                row: id,
                message: message.to_owned(),
            };
            let row = row.ok_or_else(|| missing("rows of a subject that has no row of its own"))?;
            let rulebook =
                rulebook.clone().ok_or_else(|| missing("a subject in a study without protocol"))?;
            subjects.push(Arc::new(Subject::new(row, draft.finish(), rulebook, bytes)));
        }
        subjects.sort_by_key(|subject| subject.row.ordinal);
        for (place, subject) in subjects.iter().enumerate() {
            if usize::try_from(subject.row.ordinal) != Ok(place + 1) {
                return Err(ImageError {
                    table: rows::Subject::TABLE.into(),
                    row: subject.id(),
                    message: format!("subject number {} stands at place {}", subject.row.ordinal, place + 1),
                });
            }
        }
        Ok(Snapshot {
            open: open.0,
            sealed: sealed.0,
            rows: Arc::new(rows),
            rulebook,
            index: index_of(&subjects),
            subjects: subjects.len(),
            chunks: chunked(&subjects),
            bytes,
            ..Snapshot::empty(study)
        })
    }

    /// The study after one more entry of either stream. Shares whatever the entry does not touch.
    ///
    /// # Errors
    /// As for [`Snapshot::load`]; also when the entry is not the next of its stream, or a change was emptied:
    /// after a redaction a study is loaded again.
    pub fn apply(&self, entry: &Entry) -> Result<Snapshot, ImageError> {
        let mut next = self.clone();
        let out_of_turn = |what: &str| ImageError {
            table: "entry".into(),
            row: self.study,
            message: format!("{what}: revision {} of {}", entry.header.revision, entry.header.stream),
        };
        let head = match entry.header.stream {
            StreamId::Open(study) if study == self.study => &mut next.open,
            StreamId::Sealed(study) if study == self.study => &mut next.sealed,
            StreamId::Open(_) | StreamId::Sealed(_) | StreamId::Portal | StreamId::Access => {
                return Err(out_of_turn("an entry of another stream"));
            }
        };
        if head.revision.next() != entry.header.revision {
            return Err(out_of_turn("an entry out of turn"));
        }
        *head = entry.head();
        for change in &entry.changes {
            let text = change.image.as_deref().ok_or_else(|| out_of_turn("an emptied change"))?;
            let image =
                Image { table: &change.table, row: change.row, text, revision: entry.header.revision.0 };
            next.put(&image, change.subject)?;
        }
        Ok(next)
    }

    fn put(&mut self, image: &Image<'_>, owner: Option<Uuid>) -> Result<(), ImageError> {
        self.bytes += image.text.len();
        let owner = owner.filter(|_| SubjectRows::holds(image.table));
        if owner.is_none() && StudyRows::has(image.table) {
            Arc::make_mut(&mut self.rows).put(image)?;
            if [rows::Study::TABLE, rows::ProtocolVersion::TABLE].contains(&image.table) {
                self.renew_rulebook()?;
            }
            return Ok(());
        }
        let owner = owner.ok_or_else(|| image.error("a subject's row names no subject".into()))?;
        if let Some(place) = self.index.get(owner) {
            let mut subject =
                self.at(place as usize).ok_or_else(|| image.error("no such place".into()))?.renewed();
            subject.bytes += image.text.len();
            if image.table == rows::Subject::TABLE {
                subject.row = image.parse()?;
            } else if !subject.rows.put(image)? {
                return Err(image.error("the study streams have no such table".into()));
            }
            self.index.insert(image.row, place);
            self.replace(place as usize, Arc::new(subject));
            return Ok(());
        }
        if image.table != rows::Subject::TABLE {
            return Err(image.error("a row of a subject that is not there".into()));
        }
        let row: Rec<rows::Subject> = image.parse()?;
        let rulebook = self
            .rulebook
            .clone()
            .ok_or_else(|| image.error("a subject in a study without protocol".into()))?;
        if usize::try_from(row.ordinal) != Ok(self.subjects + 1) {
            return Err(image.error(format!("subject number {} comes after {}", row.ordinal, self.subjects)));
        }
        self.index.insert(owner, self.subjects as u32);
        self.push(Arc::new(Subject::new(row, SubjectRows::default(), rulebook, image.text.len())));
        Ok(())
    }

    fn replace(&mut self, place: usize, subject: Arc<Subject>) {
        let mut chunks = self.chunks.to_vec();
        let chunk = &mut chunks[place / CHUNK];
        let mut subjects = chunk.to_vec();
        subjects[place % CHUNK] = subject;
        *chunk = subjects.into();
        self.chunks = chunks.into();
    }

    fn push(&mut self, subject: Arc<Subject>) {
        let mut chunks = self.chunks.to_vec();
        match chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(last) => *last = last.iter().cloned().chain([subject]).collect(),
            None => chunks.push(Arc::from([subject])),
        }
        self.chunks = chunks.into();
        self.subjects += 1;
    }

    /// New rules replace every subject, and with it everything derived.
    fn renew_rulebook(&mut self) -> Result<(), ImageError> {
        self.rulebook = rulebook(&self.rows)?;
        let Some(rulebook) = &self.rulebook else { return Ok(()) };
        let renewed: Vec<Arc<Subject>> = self
            .all()
            .map(|subject| Arc::new(Subject { rulebook: rulebook.clone(), ..subject.renewed() }))
            .collect();
        self.chunks = chunked(&renewed);
        Ok(())
    }

    /// The study's id.
    pub fn study(&self) -> Uuid {
        self.study
    }

    /// Where the open stream stands.
    pub fn open(&self) -> &Head {
        &self.open
    }

    /// Where the sealed stream stands.
    pub fn sealed(&self) -> &Head {
        &self.sealed
    }

    /// About how many bytes the snapshot holds alone or shares: counted, not measured.
    pub fn bytes(&self) -> usize {
        // Images are JSON text; the rows made of them take about as much, and the index 20 bytes a row.
        self.bytes + self.subjects * 512
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> usize {
        self.subjects
    }

    /// How often endpoints of a subject were derived for the first time since it last changed, over all
    /// snapshots of the study in this process.
    pub fn derived(&self) -> u64 {
        self.derived.load(Ordering::Relaxed)
    }

    pub(crate) fn derivations(&self) -> &AtomicU64 {
        &self.derived
    }

    /// Whether a row is there.
    pub fn holds(&self, table: &str, row: Uuid) -> bool {
        let of_study = StudyRows::has(table) && self.rows.revision(row).is_some();
        of_study || (SubjectRows::holds(table) && self.index.get(row).is_some())
    }

    pub(crate) fn at(&self, place: usize) -> Option<&Arc<Subject>> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// All subjects, in the order of screening.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Subject>> + '_ {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// A subject's place in the order of screening, by its own id.
    pub(crate) fn place(&self, id: Uuid) -> Option<usize> {
        let place = self.index.get(id)? as usize;
        self.at(place).filter(|subject| subject.id() == id).map(|_| place)
    }

    /// How many subjects each site has; sites without any are left out.
    pub(crate) fn census(&self) -> &[(Uuid, usize)] {
        self.census.0.get_or_init(|| {
            let mut counted: HashMap<Uuid, usize> = HashMap::new();
            for subject in self.all() {
                *counted.entry(subject.row.site_id).or_default() += 1;
            }
            counted.into_iter().collect()
        })
    }

    /// Subjects that differ from those of an earlier snapshot, in the order of screening. Shared chunks are
    /// passed over without looking into them.
    pub(crate) fn changed_since<'s>(
        &'s self,
        before: &'s Snapshot,
    ) -> impl Iterator<Item = &'s Arc<Subject>> + use<'s> {
        self.chunks.iter().enumerate().flat_map(move |(at, chunk)| {
            let old = before.chunks.get(at);
            let shared = old.is_some_and(|old| Arc::ptr_eq(old, chunk));
            let changed = move |(place, subject): (usize, &'s Arc<Subject>)| {
                let same = old.and_then(|old| old.get(place)).is_some_and(|old| Arc::ptr_eq(old, subject));
                (!same).then_some(subject)
            };
            chunk.iter().take(if shared { 0 } else { usize::MAX }).enumerate().filter_map(changed)
        })
    }

    /// The subject that a row belongs to, or is.
    pub(crate) fn owner(&self, row: Uuid) -> Option<&Arc<Subject>> {
        self.at(self.index.get(row)? as usize)
    }

    /// A subject by its own id.
    pub(crate) fn subject(&self, id: Uuid) -> Option<&Arc<Subject>> {
        self.owner(id).filter(|subject| subject.id() == id)
    }

    /// The study's own row; none before the first entry.
    pub(crate) fn row(&self) -> Option<&Rec<rows::Study>> {
        self.rows.studies.first()
    }
}

fn rulebook(rows: &StudyRows) -> Result<Option<Arc<Rulebook>>, ImageError> {
    let Some(study) = rows.studies.first() else { return Ok(None) };
    let wanted = study.protocol_version_id;
    let Some(version) = tables::find(&rows.protocol_versions, wanted) else { return Ok(None) };
    Rulebook::parse(&version.document).map(|book| Some(Arc::new(book))).map_err(|problems| ImageError {
        table: rows::ProtocolVersion::TABLE.into(),
        row: wanted,
        message: format!("the protocol does not read: {problems:?}"),
    })
}

fn chunked(subjects: &[Arc<Subject>]) -> Arc<[Chunk]> {
    subjects.chunks(CHUNK).map(Chunk::from).collect()
}

fn index_of(subjects: &[Arc<Subject>]) -> RowIndex {
    RowIndex::build(subjects.iter().enumerate().flat_map(|(place, subject)| {
        std::iter::once(subject.id()).chain(subject.rows.ids()).map(move |id| (id, place as u32))
    }))
}
