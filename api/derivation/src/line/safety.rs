//! Adverse events and toxicity scales.

use super::statistics::default_level;
use super::timeline::partial_date;
use super::{Inputs, LineError, Node, number};
use crate::safety::astct::{Consciousness, Crs, Icans, Oedema, Oxygen, Seizure, crs_grade, icans_grade};
use crate::safety::incidence::{EventRecord, Row, incidence};
use crate::safety::treatment_emergent::{Episode, Treatment, classify};
use crate::safety::{Grade, SafetyParameters};
use crate::statistics::Interval;
use crate::timeline::ImputationFlag;
use chrono::NaiveDate;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct IncidenceAnswer {
    subjects_with_trae: u64,
    trae_events: u64,
    incidence: Option<f64>,
    clopper_pearson: Option<Interval>,
    by_pt: BTreeMap<String, RowAnswer>,
    by_soc: BTreeMap<String, RowAnswer>,
    subjects_with_grade_3_or_more_trae: u64,
}

#[derive(Serialize)]
struct RowAnswer {
    subjects: u64,
    events: u64,
    max_grade_counts: BTreeMap<Cow<'static, str>, u64>,
}

impl From<Row> for RowAnswer {
    fn from(row: Row) -> Self {
        let name =
            |grade: Option<Grade>| grade.map_or("UNKNOWN".into(), |grade| u8::from(grade).to_string().into());
        let max_grade_counts =
            row.max_grades.into_iter().map(|(grade, subjects)| (name(grade), subjects)).collect();
        Self { subjects: row.subjects, events: row.events, max_grade_counts }
    }
}

struct Event<'a> {
    subject: Cow<'a, str>,
    term: Cow<'a, str>,
    class: Cow<'a, str>,
    grade: Option<Grade>,
    related: bool,
}

pub(super) fn trae_incidence(inputs: &Inputs<'_>) -> Result<IncidenceAnswer, LineError> {
    let fields = inputs.fields(&["safety_n", "level", "aes"])?;
    let population = fields.required("safety_n")?;
    let safety_n = population.count()?;
    let level = number::json(fields.or("level", default_level(), Node::open_unit)?);
    let mut events = Vec::new();
    for node in fields.required("aes")?.list()? {
        events.push(event(node)?);
    }
    let subjects: BTreeSet<&str> = events.iter().map(|event| &*event.subject).collect();
    if subjects.len() as u64 > safety_n {
        return Err(population.invalid("the events are of more subjects than the safety population has"));
    }
    let table = incidence(events.iter().filter(|event| event.related).map(|event| EventRecord {
        subject: &*event.subject,
        system_organ_class: &event.class,
        preferred_term: &event.term,
        grade: event.grade,
    }));
    let rows = |rows: BTreeMap<String, Row>| rows.into_iter().map(|(name, row)| (name, row.into())).collect();
    Ok(IncidenceAnswer {
        subjects_with_trae: table.overall.subjects,
        trae_events: table.overall.events,
        incidence: table.overall.incidence(safety_n),
        clopper_pearson: table.overall.interval(safety_n, level),
        by_pt: rows(table.by_term),
        by_soc: rows(table.by_class),
        subjects_with_grade_3_or_more_trae: table.overall.subjects_at_or_above(Grade::Three),
    })
}

fn event(node: Node<'_>) -> Result<Event<'_>, LineError> {
    let fields = node.fields(&["subject", "pt", "soc", "grade", "related"])?;
    let related = fields.nullable("related", Node::boolean)?;
    Ok(Event {
        subject: fields.required("subject")?.string()?,
        term: fields.required("pt")?.string()?,
        class: fields.required("soc")?.string()?,
        grade: fields.nullable("grade", |node| node.grade(5))?,
        related: related.unwrap_or(SafetyParameters::default().missing_causality_is_related),
    })
}

#[derive(Serialize)]
pub(super) struct EmergenceAnswer {
    treatment_emergent: Option<bool>,
    imputed_start: Option<NaiveDate>,
    imputation_flag: Option<ImputationFlag>,
}

pub(super) fn treatment_emergent(inputs: &Inputs<'_>) -> Result<EmergenceAnswer, LineError> {
    let fields = inputs.fields(&["first_dose_date", "ae_start", "ae_end", "worsened_on", "horizon_day"])?;
    let first_dose = fields.required("first_dose_date")?.date()?;
    let start = fields.nullable("ae_start", partial_date)?;
    let end = fields.optional("ae_end", Node::date)?;
    if let (Some(start), Some(end), Some(node)) = (start, end, fields.get("ae_end"))
        && end < start.earliest()
    {
        return Err(node.invalid("the end is before the start"));
    }
    let worsened_on = fields.optional("worsened_on", Node::date)?;
    if let (Some(start), Some(worsened_on), Some(node)) = (start, worsened_on, fields.get("worsened_on"))
        && worsened_on < start.earliest()
    {
        return Err(node.invalid("it worsened before it began"));
    }
    let horizon = fields.or("horizon_day", 366, |node| node.int_in(1..=1_000_000))?;
    let parameters = SafetyParameters {
        treatment_emergent_horizon_day: i32::try_from(horizon).unwrap_or(i32::MAX),
        ..SafetyParameters::default()
    };
    let treatment =
        Treatment { lymphodepletion_start: None, first_dose: Some(first_dose), first_dose_time: None };
    let answer = classify(&Episode { start, start_time: None, end, worsened_on }, &treatment, &parameters);
    Ok(EmergenceAnswer {
        treatment_emergent: answer.treatment_emergent,
        imputed_start: answer.start.map(|start| start.date),
        imputation_flag: answer.start.and_then(|start| start.flag),
    })
}

#[derive(Serialize)]
pub(super) struct GradeAnswer {
    pub(super) grade: Option<u8>,
}

pub(super) fn astct_crs_grade(inputs: &Inputs<'_>) -> Result<GradeAnswer, LineError> {
    let fields = inputs.fields(&[
        "fever_ge_38_or_suppressed_by_treatment",
        "non_vasopressin_vasopressors",
        "hypotension",
        "oxygen",
    ])?;
    let vasopressors = fields.required("non_vasopressin_vasopressors")?.int_in(0..=100)?;
    let crs = Crs {
        fever: Some(fields.required("fever_ge_38_or_suppressed_by_treatment")?.boolean()?),
        vasopressors: u32::try_from(vasopressors).ok(),
        hypotension: Some(fields.required("hypotension")?.boolean()?),
        oxygen: Some(fields.required("oxygen")?.choice(&[
            ("NONE", Oxygen::None),
            ("LOW_FLOW", Oxygen::LowFlow),
            ("HIGH_FLOW", Oxygen::HighFlow),
            ("POSITIVE_PRESSURE", Oxygen::PositivePressure),
        ])?),
    };
    Ok(GradeAnswer { grade: crs_grade(&crs) })
}

pub(super) fn astct_icans_grade(inputs: &Inputs<'_>) -> Result<GradeAnswer, LineError> {
    let fields = inputs.fields(&["ice_score", "consciousness", "seizure", "motor_weakness", "icp_oedema"])?;
    let icans = Icans {
        ice_score: u8::try_from(fields.required("ice_score")?.int_in(0..=10)?).ok(),
        consciousness: Some(fields.required("consciousness")?.choice(&[
            ("NORMAL", Consciousness::Normal),
            ("SPONTANEOUS", Consciousness::Spontaneous),
            ("TO_VOICE", Consciousness::ToVoice),
            ("TO_TOUCH", Consciousness::ToTouch),
            ("UNAROUSABLE", Consciousness::Unarousable),
        ])?),
        seizure: Some(fields.required("seizure")?.choice(&[
            ("NONE", Seizure::None),
            ("RESOLVES_RAPIDLY", Seizure::ResolvesRapidly),
            ("PROLONGED_OR_REPETITIVE", Seizure::ProlongedOrRepetitive),
        ])?),
        motor_weakness: Some(fields.required("motor_weakness")?.boolean()?),
        oedema: Some(fields.required("icp_oedema")?.choice(&[
            ("NONE", Oedema::None),
            ("FOCAL", Oedema::Focal),
            ("DIFFUSE", Oedema::Diffuse),
        ])?),
    };
    Ok(GradeAnswer { grade: icans_grade(&icans) })
}

impl Node<'_> {
    /// The grade of an adverse event, from 1 to the highest of its scale.
    pub(super) fn grade(self, highest: i64) -> Result<Grade, LineError> {
        let number = self.int_in(1..=highest)?;
        let grade = u8::try_from(number).ok().and_then(|number| Grade::try_from(number).ok());
        grade.ok_or_else(|| self.invalid("a grade is 1 to 5"))
    }
}
