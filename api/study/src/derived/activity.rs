//! Which assessment stands for which planned visit, and what it says.

use super::{BilagAt, SledaiAt, TallySince};
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::{Days, NaiveDate, NaiveTime};
use derivation::instrument::bilag2004::tally::tally;
use derivation::instrument::bilag2004::{Bilag2004, ItemValue};
use derivation::instrument::lldas_extras::LldasExtras;
use derivation::instrument::pga::Pga;
use derivation::instrument::sledai2k::{Descriptor, Sledai2k};
use derivation::timeline::baseline::{self, BaselineCandidate, LocalMoment};
use derivation::timeline::pick::{self, Candidate};
use derivation::timeline::study_day;
use derivation::timeline::window::BaselineReference;
use entity::rows::Assessment;
use entity::terms::{Agent, Instrument};
use entity::{BilagItem, BilagItems, FlareExtras, Items};
use std::sync::Arc;
use uuid::Uuid;

/// A point in time that the protocol speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Timepoint {
    /// The last value before treatment.
    Baseline,
    /// A planned visit, by its code.
    Visit(Arc<str>),
}

impl Timepoint {
    /// A planned visit, by its code.
    pub fn visit(code: &str) -> Timepoint {
        Timepoint::Visit(code.into())
    }
}

/// The assessments of one visit that belong together.
#[derive(Clone, Copy, Default)]
pub(super) struct Point<'s> {
    pub sledai: Option<&'s Rec<Assessment>>,
    pub bilag: Option<&'s Rec<Assessment>>,
    pub pga: Option<&'s Rec<Assessment>>,
    pub extras: Option<&'s Rec<Assessment>>,
}

impl Point<'_> {
    /// The day that the visit's composite endpoints speak of: that of the SLEDAI-2K, else of what there is.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        [self.sledai, self.pga, self.bilag, self.extras].into_iter().flatten().map(|it| it.assessed_on).next()
    }

    pub(super) fn evidence(&self, subject: &Subject) -> Vec<Uuid> {
        let held = [self.sledai, self.bilag, self.pga, self.extras].into_iter().flatten();
        let carried = self.sledai.map(|it| carried_from(subject, it)).unwrap_or_default();
        held.map(|it| it.row.id).chain(carried).collect()
    }
}

/// The instant from which on a value is no baseline any more.
pub(super) fn reference(subject: &Subject) -> Option<LocalMoment> {
    let windows = subject.rulebook.windows();
    let doses = subject.rows.doses.iter();
    let treatment = doses.filter(|dose| match windows.baseline_reference {
        BaselineReference::FirstDose => dose.agent == Agent::Nk510,
        BaselineReference::Lymphodepletion => dose.agent != Agent::Procedure,
    });
    // A subject who was never dosed with the product has no baseline, whatever the lymphodepletion.
    subject.first_dose_on()?;
    treatment
        .map(|dose| LocalMoment { date: dose.given_on, time: clock(dose.start_time.as_deref()) })
        .min_by_key(|at| (at.date, at.time))
}

pub(super) fn clock(text: Option<&str>) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text?, "%H:%M").ok()
}

/// Whether what is done at a visit is done before a dose of the same day, by the schedule.
pub(super) fn is_pre_dose(subject: &Subject, visit: Uuid) -> bool {
    let code =
        subject.rows.visits.iter().find(|it| it.row.id == visit).and_then(|it| it.planned_code.as_deref());
    code.and_then(|code| subject.rulebook.visit(code)).is_some_and(|planned| planned.target_day <= 1)
}

fn is_scheduled(subject: &Subject, visit: Uuid) -> bool {
    subject.rows.visits.iter().any(|it| it.row.id == visit && it.planned_code.is_some())
}

fn has_result(items: &Items) -> bool {
    match items {
        Items::Sledai(it) => it.items.0.iter().any(Option::is_some),
        Items::Bilag(it) => it.items.0.iter().any(Option::is_some),
        Items::Pga(_) => true,
        Items::LldasExtras(it) => it.haemolytic_anaemia.is_some() || it.gi_activity.is_some(),
        Items::FlareExtras(it) => it.flare != FlareExtras::default(),
    }
}

fn pick<'s>(
    subject: &'s Subject,
    instrument: Instrument,
    at: &Timepoint,
    anchor: Option<NaiveDate>,
) -> Option<&'s Rec<Assessment>> {
    let windows = subject.rulebook.windows();
    let first_dose = subject.first_dose_on();
    let near = |day: NaiveDate| {
        anchor.is_none_or(|anchor| {
            (day - anchor).num_days().unsigned_abs()
                <= u64::from(subject.rulebook.endpoints().sri.component_days)
        })
    };
    let held: Vec<&Rec<Assessment>> = subject
        .rows
        .assessments
        .iter()
        .filter(|it| it.instrument == instrument && near(it.assessed_on))
        .collect();
    let place = match at {
        Timepoint::Baseline => {
            let candidates = held.iter().map(|it| BaselineCandidate {
                at: LocalMoment { date: it.assessed_on, time: None },
                has_result: has_result(&it.items),
                pre_dose: is_pre_dose(subject, it.visit_id),
                sequence: it.revision,
            });
            baseline::pick(candidates, reference(subject)?)
        }
        Timepoint::Visit(code) => {
            let window = subject.rulebook.analysis_window(code)?;
            let candidates = held.iter().map(|it| Candidate {
                day: study_day(it.assessed_on, first_dose).unwrap_or(i32::MIN),
                has_result: has_result(&it.items),
                scheduled: is_scheduled(subject, it.visit_id),
                time: None,
                sequence: it.revision,
            });
            pick::pick(candidates, window, windows.tie)
        }
    }?;
    held.get(place).copied()
}

/// The assessments that stand for a visit. Components lie within the protocol's days of the SLEDAI-2K.
pub(super) fn point<'s>(subject: &'s Subject, at: &Timepoint) -> Point<'s> {
    let sledai = pick(subject, Instrument::Sledai2k, at, None);
    let anchor = sledai.map(|it| it.assessed_on);
    Point {
        sledai,
        bilag: pick(subject, Instrument::Bilag2004, at, anchor),
        pga: pick(subject, Instrument::Pga, at, anchor),
        extras: pick(subject, Instrument::LldasExtras, at, anchor),
    }
}

/// The form on flares that stands for a visit, within the protocol's days of what else was assessed there.
pub(super) fn flare_form<'s>(
    subject: &'s Subject,
    at: &Timepoint,
    anchor: Option<NaiveDate>,
) -> Option<&'s Rec<Assessment>> {
    pick(subject, Instrument::FlareExtras, at, anchor)
}

pub(super) fn flare_of(assessment: &Assessment) -> FlareExtras {
    match &assessment.items {
        Items::FlareExtras(it) => it.flare,
        Items::Sledai(_) | Items::Bilag(_) | Items::Pga(_) | Items::LldasExtras(_) => FlareExtras::default(),
    }
}

fn sledai_items(assessment: &Assessment) -> Option<Sledai2k> {
    match &assessment.items {
        Items::Sledai(it) => Some(Sledai2k { items: it.items.0 }),
        Items::Bilag(_) | Items::Pga(_) | Items::LldasExtras(_) | Items::FlareExtras(_) => None,
    }
}

/// The descriptors of serology, which a protocol may allow to be carried forward.
const SEROLOGY: [Descriptor; 2] = [Descriptor::LowComplement, Descriptor::IncreasedDnaBinding];

/// What is carried forward into an assessment that leaves serology open: the newest known answer of at most the protocol's
/// days before, and where it stands. Nothing where the protocol carries none.
fn carried(subject: &Subject, rec: &Rec<Assessment>) -> [Option<(bool, Uuid)>; 2] {
    let days = subject.rulebook.endpoints().sledai2k.serology_carry_forward_days;
    let first = rec.assessed_on.checked_sub_days(Days::new(u64::from(days)));
    let known = |it: &Assessment, descriptor: Descriptor| sledai_items(it)?.items[descriptor.index()];
    SEROLOGY.map(|descriptor| {
        if days == 0 || known(rec, descriptor).is_some() {
            return None;
        }
        let earlier = subject.rows.assessments.iter().filter(|it| it.assessed_on < rec.assessed_on);
        let usable = earlier.filter(|it| first.is_some_and(|first| first <= it.assessed_on));
        let answers = usable.filter_map(|it| Some((it, known(it, descriptor)?)));
        let newest = answers.max_by_key(|(it, _)| (it.assessed_on, it.revision));
        newest.map(|(it, present)| (present, it.row.id))
    })
}

/// A SLEDAI-2K as it is scored: as recorded, with what is carried forward.
pub(super) fn sledai_of(subject: &Subject, rec: &Rec<Assessment>) -> Option<Sledai2k> {
    let mut sledai = sledai_items(rec)?;
    for (descriptor, held) in SEROLOGY.into_iter().zip(carried(subject, rec)) {
        if let Some((present, _)) = held {
            sledai.items[descriptor.index()] = Some(present);
        }
    }
    Some(sledai)
}

/// The assessments from which serology was carried forward into one.
fn carried_from(subject: &Subject, rec: &Rec<Assessment>) -> Vec<Uuid> {
    let mut from: Vec<Uuid> = carried(subject, rec).into_iter().flatten().map(|(_, id)| id).collect();
    from.dedup();
    from
}

pub(super) fn bilag_items(assessment: &Assessment) -> Option<Bilag2004> {
    match &assessment.items {
        Items::Bilag(it) => Some(bilag_of(it)),
        Items::Sledai(_) | Items::Pga(_) | Items::LldasExtras(_) | Items::FlareExtras(_) => None,
    }
}

fn bilag_of(items: &BilagItems) -> Bilag2004 {
    let value = |item: BilagItem| match item {
        BilagItem::Score(score) => ItemValue::Score(score),
        BilagItem::Number(number) => ItemValue::Number(number.decimal()),
        BilagItem::YesNo(yes) => ItemValue::YesNo(yes),
    };
    Bilag2004 {
        items: items.items.0.map(|item| item.map(value)),
        not_due_to_sle: items.not_due_to_sle.clone(),
    }
}

pub(super) fn pga_of(assessment: &Assessment) -> Option<Pga> {
    match &assessment.items {
        Items::Pga(it) => Pga::from_hundredths(it.pga_hundredths).ok(),
        Items::Sledai(_) | Items::Bilag(_) | Items::LldasExtras(_) | Items::FlareExtras(_) => None,
    }
}

/// What the form on LLDAS says: its two states, whether maintenance doses alone were taken, and whether the
/// absence of glucocorticoids was confirmed.
pub(super) fn extras_of(assessment: &Assessment) -> (LldasExtras, Option<bool>, bool) {
    match &assessment.items {
        Items::LldasExtras(it) => (
            LldasExtras { haemolytic_anaemia: it.haemolytic_anaemia, gi_activity: it.gi_activity },
            it.maintenance_therapy_ok,
            it.no_glucocorticoid_confirmed == Some(true),
        ),
        Items::Sledai(_) | Items::Bilag(_) | Items::Pga(_) | Items::FlareExtras(_) => {
            (LldasExtras::default(), None, false)
        }
    }
}

pub(super) fn sledai(subject: &Subject, at: &Timepoint) -> Option<SledaiAt> {
    let rec = pick(subject, Instrument::Sledai2k, at, None)?;
    let (score, carried) = (sledai_of(subject, rec)?.score(), carried_from(subject, rec));
    Some(SledaiAt { assessment: rec.row.id, assessed_on: rec.assessed_on, carried, score })
}

pub(super) fn bilag(subject: &Subject, at: &Timepoint) -> Option<BilagAt> {
    let rec = point(subject, at).bilag?;
    let points = subject.bilag_points();
    let held = points.iter().find(|it| it.assessment == rec.row.id)?;
    let before = points.iter().rev().find(|it| it.on < held.on);
    let tally = before.map(|before| TallySince {
        tally: tally(&before.grades, &held.grades),
        previous: before.assessment,
        previous_on: before.on,
    });
    Some(BilagAt { assessment: rec.row.id, assessed_on: rec.assessed_on, grades: held.grades, tally })
}
