//! A medication's fields, and what is right for them.

use crate::command::{Desk, check, line};
use crate::snapshot::Subject;
use entity::rows;
use entity::terms::{Frequency, Indication, MedicationClass, Route};
use policy::{Refusal, RefusalCode, Side, ensure};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

/// Most characters of a drug's name.
const DRUG_MAX: usize = 100;
/// Units of a single dose, in UCUM's codes and, for what is counted, the words of CDISC's unit list.
const UNITS: [&str; 29] = [
    "mg",
    "g",
    "ug",
    "ng",
    "kg",
    "mL",
    "L",
    "mmol",
    "mol",
    "[IU]",
    "U",
    "mg/kg",
    "g/kg",
    "ug/kg",
    "mL/kg",
    "[IU]/kg",
    "U/kg",
    "mg/m2",
    "g/m2",
    "ug/m2",
    "10*6/kg",
    "10*9",
    "TABLET",
    "CAPSULE",
    "DROP",
    "PUFF",
    "PATCH",
    "AMPULE",
    "APPLICATION",
];

/// What is recorded of a medication.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MedicationFields {
    /// The drug's generic name.
    pub drug: String,
    /// Its class in the endpoints' rules.
    pub class: MedicationClass,
    /// A single dose, more than 0; absent when it is not known.
    pub dose: Option<String>,
    /// The dose's unit, such as `mg`: a code of UCUM, or a word for what is counted, such as `TABLET`.
    pub unit: Option<String>,
    /// The route.
    pub route: Route,
    /// How often; absent when it is not known.
    pub frequency: Option<Frequency>,
    /// First day; the day or the month may be unknown. May lie before screening.
    pub start: String,
    /// Last day.
    pub end: Option<String>,
    /// Whether it goes on; then it has no end.
    pub ongoing: bool,
    /// What it is given for.
    pub indication: Indication,
}

impl MedicationFields {
    /// The row that the fields make, under an id that may be a saved medication's.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, side): (Uuid, &Side),
    ) -> Result<rows::Medication, Refusal> {
        let today = desk.today_of(subject);
        let start = check::partial("start", &self.start)?;
        check::partial_not_future("start", &start, today)?;
        let end = check::partial_or_none("end", self.end.as_deref())?;
        if let Some(end) = &end {
            check::partial_not_future("end", end, today)?;
        }
        check::in_order("end", &start, end.as_ref())?;
        ensure!(
            !(self.ongoing && self.end.is_some()),
            Refusal::invalid("ongoing", "it cannot have ended and go on: leave out one of the two")
        );
        ensure!(
            self.ongoing || self.end.is_some() || self.frequency == Some(Frequency::Once),
            Refusal::at("end", RefusalCode::Required, "say when it ended, or that it goes on")
        );
        let unit = self.unit.as_deref().map(str::trim).filter(|unit| !unit.is_empty());
        if let Some(unit) = unit {
            ensure!(UNITS.contains(&unit), {
                let units = check::one_of(UNITS.into_iter());
                Refusal::invalid("unit", format!("a dose is not told in this unit: give {units}"))
            });
        }
        let dose = check::decimal("dose", self.dose.as_deref())?;
        if let Some(dose) = dose {
            ensure!(dose.decimal() > Decimal::ZERO, Refusal::invalid("dose", "a dose is more than 0"));
            ensure!(
                unit.is_some(),
                Refusal::at("unit", RefusalCode::Required, "a dose needs its unit, such as mg")
            );
        }
        let drug = line("drug", &self.drug, DRUG_MAX)?;
        let texts = [("drug", Some(drug.as_str()))];
        let withhold = check::withheld((subject.id(), side), &texts);
        Ok(rows::Medication {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            drug,
            class: self.class,
            dose,
            unit: unit.map(str::to_owned),
            route: self.route,
            frequency: self.frequency,
            start,
            end,
            ongoing: self.ongoing,
            indication: self.indication,
            withhold,
        })
    }
}
