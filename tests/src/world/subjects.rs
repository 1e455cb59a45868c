//! The subjects: three at each site unless planned otherwise, treated one after another, each with a baseline and
//! visits up to month 3.

use super::{Course, SITES, World, day, id};
use crate::lay::Lay;
use chrono::{Days, NaiveDate};
use entity::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Autoantibody, Causality, CausalityAssessor,
    ConsentPurpose, Frequency, GradeScale, Indication, Instrument, Masking, MedicationClass, Route,
    SeriousnessCriterion, Sex, SubjectStatus, VisitStatus,
};
use entity::{FreeText, Items, rows};
use policy::Identity;
use serde_json::{Value, json};
use uuid::Uuid;

/// A subject of the world.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The row.
    pub row: Uuid,
    /// Place in the order of screening, from 0.
    pub place: usize,
    /// The site's code.
    pub site: &'static str,
    /// The subject's code.
    pub code: String,
    /// Day 1.
    pub first_dose_on: NaiveDate,
    /// Initials; not a word of any language.
    pub initials: String,
    /// The hospital's number.
    pub hospital_number: String,
    /// Birth date.
    pub birth_date: NaiveDate,
}

/// Planned visits that take place, with the study day and what SLEDAI-2K finds: places of descriptors that are
/// present (0 seizure, 8 arthritis and so on in the instrument's order).
const COURSE: [(&str, i64, &[usize]); 5] = [
    ("SCREENING", -20, &[9, 16, 17]),
    ("DAY_1", 1, &[9, 16, 17]),
    ("DAY_14", 14, &[]),
    ("DAY_28", 28, &[16, 17]),
    ("MONTH_3", 87, &[17]),
];

/// The same with every visit assessed, and one more.
const FULL: [(&str, i64, &[usize]); 6] =
    [COURSE[0], COURSE[1], ("DAY_14", 14, &[9, 17]), COURSE[3], COURSE[4], ("MONTH_6", 178, &[17])];

impl Subject {
    pub(super) fn plan(place: usize) -> Subject {
        let site = SITES[place / 3 % 3];
        let number = place / 9 * 3 + place % 3 + 1;
        let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap());
        Subject {
            row: id(),
            place,
            site,
            code: format!("{site}-{number:03}"),
            first_dose_on: day("2026-03-02") + Days::new(u64::try_from(place % 60).unwrap()),
            initials: format!("Q{}X{}", letter(place), letter(place / 26)),
            hospital_number: format!("MRN-{site}-{place:06}"),
            birth_date: day("1985-02-03") + Days::new(u64::try_from(place * 37 % 3000).unwrap()),
        }
    }

    /// The user name of the coordinator of the subject's site.
    pub fn coordinator(&self) -> String {
        format!("coordinator-{}", self.site.to_lowercase())
    }

    /// The calendar day of a study day; there is no day 0.
    pub fn on(&self, study_day: i64) -> NaiveDate {
        let after = if study_day > 0 { study_day - 1 } else { study_day };
        self.first_dose_on + chrono::Duration::days(after)
    }

    /// The subject's identifiers.
    pub fn identity(&self) -> Identity {
        Identity {
            initials: Some(self.initials.clone()),
            birth_date: Some(self.birth_date),
            hospital_number: Some(self.hospital_number.clone()),
            ..Identity::default()
        }
    }

    /// The subject's own row, without what is said of its identifiers.
    pub fn row(&self, world: &World) -> rows::Subject {
        rows::Subject {
            id: self.row,
            study_id: world.study,
            ordinal: i32::try_from(self.place + 1).unwrap(),
            site_id: world.sites[self.site],
            code: self.code.clone(),
            status: SubjectStatus::FollowUp,
            sex: if self.place.is_multiple_of(4) { Sex::Male } else { Sex::Female },
            birth_year: self.birth_date.format("%Y").to_string().parse().unwrap(),
            screened_on: self.on(-20),
            eligibility_confirmed_on: Some(self.on(-10)),
            enrolled_on: Some(self.on(-8)),
            bilag_history: Vec::new().into(),
            identity_fields: Vec::new().into(),
            identity_commitment: None,
        }
    }

    /// Everything that was recorded of the subject, in one entry.
    pub(super) fn rows(&self, world: &World, course: Course) -> Lay {
        let mut lay = Lay::default();
        lay.identified(self.row(world), self.identity());
        for purpose in [ConsentPurpose::Study, ConsentPurpose::SensitiveData] {
            lay.open(&rows::Consent {
                id: id(),
                study_id: world.study,
                subject_id: self.row,
                purpose,
                version: "1".to_owned(),
                given_on: self.on(-20),
                withdrawn_on: None,
            });
        }
        self.treatment(world, &mut lay);
        self.course(world, course, &mut lay);
        self.events(world, &mut lay);
        lay
    }

    /// What gives the treatment away: sealed in a masked study.
    fn treatment(&self, world: &World, lay: &mut Lay) {
        let level = self.place % 3;
        let allocation = rows::Allocation {
            id: id(),
            study_id: world.study,
            subject_id: self.row,
            cohort_id: world.cohorts[level],
            allocated_on: self.on(-8),
        };
        let cells = 40_000_000 * (level + 1);
        let dose = rows::Dose {
            id: id(),
            study_id: world.study,
            subject_id: self.row,
            ordinal: 1,
            agent: Agent::Nk510,
            planned_cells_per_kg: Some(cells.to_string().parse().unwrap()),
            weight_kg: Some("60.0".parse().unwrap()),
            total_cells: Some((cells * 60).to_string().parse().unwrap()),
            actual_cells_per_kg: Some(cells.to_string().parse().unwrap()),
            given_on: self.first_dose_on,
            start_time: Some("09:00".to_owned()),
            end_time: Some("10:00".to_owned()),
            lot: Some(format!("LOT-{}", self.place)),
        };
        if world.masking == Masking::Open {
            lay.open(&allocation).open(&dose);
        } else {
            lay.sealed(&allocation).sealed(&dose);
        }
    }

    fn course(&self, world: &World, course: Course, lay: &mut Lay) {
        let visits: &[_] = match course {
            Course::Usual => &COURSE,
            Course::Full => &FULL,
        };
        for &(code, study_day, present) in visits {
            let on = self.on(study_day);
            let visit = rows::Visit {
                id: id(),
                study_id: world.study,
                subject_id: self.row,
                planned_code: Some(code.to_owned()),
                date: on,
                status: VisitStatus::Occurred,
                note: None,
            };
            lay.open(&visit);
            if present.is_empty() {
                continue;
            }
            // One subject in three does not get better.
            let present = if self.place % 3 == 2 { COURSE[0].2 } else { present };
            let places: Vec<Value> = (0..24).map(|place| json!(present.contains(&place))).collect();
            let hundredths = if self.place % 3 == 2 || study_day < 2 { 180 } else { 60 };
            let extras = json!({ "haemolyticAnaemia": false, "giActivity": false, "maintenanceTherapyOk": true,
                "noGlucocorticoidConfirmed": null });
            for (instrument, items) in [
                (Instrument::Sledai2k, json!({ "sledai": places, "jointCount": null, "comments": {} })),
                (Instrument::Pga, json!({ "pgaHundredths": hundredths })),
                (Instrument::LldasExtras, extras),
            ] {
                lay.open(&assessment(&visit, instrument, items));
            }
            self.panel(&visit, lay);
        }
        lay.open(&rows::Medication {
            id: id(),
            study_id: world.study,
            subject_id: self.row,
            drug: "prednisone".to_owned(),
            class: MedicationClass::Glucocorticoid,
            dose: Some("5".parse().unwrap()),
            unit: Some("mg".to_owned()),
            route: Route::Oral,
            frequency: Some(Frequency::Qd),
            start: "2025-11".parse().unwrap(),
            end: None,
            ongoing: true,
            indication: Indication::Sle,
            withhold: Vec::new().into(),
        });
    }

    fn panel(&self, visit: &rows::Visit, lay: &mut Lay) {
        let panel = rows::AutoantibodyPanel {
            id: id(),
            study_id: visit.study_id,
            subject_id: self.row,
            visit_id: visit.id,
            collected_on: visit.date,
            laboratory: Some("Central".to_owned()),
        };
        let value = if visit.date < self.on(2) { "120.5" } else { "48.25" };
        lay.open(&panel).open(&rows::AutoantibodyResult {
            id: id(),
            study_id: visit.study_id,
            subject_id: self.row,
            panel_id: panel.id,
            analyte: Autoantibody::AntiDsdna,
            raw: value.to_owned(),
            comparator: None,
            value: Some(value.parse().unwrap()),
            qualitative: None,
            unit: Some("IU/mL".to_owned()),
            standard_value: Some(value.parse().unwrap()),
            standard_unit: Some("IU/mL".to_owned()),
            reference_low: None,
            reference_high: Some("30".parse().unwrap()),
            positivity_cutoff: Some("30".parse().unwrap()),
            method: Some("ELISA".to_owned()),
            patterns: Vec::new().into(),
        });
    }

    /// One serious event whose narrative names the subject by initials, which the board must not read (ACC-15).
    fn events(&self, world: &World, lay: &mut Lay) {
        let narrative = format!("Fever after the infusion; {} recovered.", self.initials);
        let withhold = self.identity().spans(&narrative);
        assert!(!withhold.is_empty());
        let event = rows::AdverseEvent {
            id: id(),
            study_id: world.study,
            subject_id: self.row,
            term: "Cytokine release syndrome".to_owned(),
            soc: Some("Immune system disorders".to_owned()),
            pt: Some("Cytokine release syndrome".to_owned()),
            start: self.on(3).to_string().parse().unwrap(),
            end: Some(self.on(6).to_string().parse().unwrap()),
            outcome: AdverseEventOutcome::Recovered,
            seriousness: vec![SeriousnessCriterion::Hospitalisation].into(),
            category: AdverseEventCategory::Crs,
            aesi: true,
            asymptomatic_laboratory: false,
            narrative: Some(FreeText { text: narrative, withhold }),
            aware_on: Some(self.on(3)),
            withhold: Vec::new().into(),
        };
        lay.open(&event)
            .open(&rows::AdverseEventGrade {
                id: id(),
                study_id: world.study,
                subject_id: self.row,
                adverse_event_id: event.id,
                grade: Some(if self.place == 0 { 3 } else { 1 }),
                scale: GradeScale::Astct,
                findings: None,
                since: self.on(3).to_string().parse().unwrap(),
            })
            .open(&rows::AdverseEventCausality {
                id: id(),
                study_id: world.study,
                subject_id: self.row,
                adverse_event_id: event.id,
                agent: Agent::Nk510,
                assessor: CausalityAssessor::Investigator,
                causality: Some(Causality::Probable),
            });
    }
}

/// An assessment at a visit.
pub fn assessment(visit: &rows::Visit, instrument: Instrument, items: Value) -> rows::Assessment {
    let items: Items = serde_json::from_value(items).unwrap();
    rows::Assessment {
        id: id(),
        study_id: visit.study_id,
        subject_id: visit.subject_id,
        visit_id: visit.id,
        instrument,
        assessed_on: visit.date,
        assessor: None,
        items,
    }
}
