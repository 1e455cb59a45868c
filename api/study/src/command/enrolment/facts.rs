//! What the records say of the facts that eligibility checks ask for.

use crate::rulebook::{Fact, Facts};
use crate::snapshot::Subject;
use chrono::{Datelike, NaiveDate};
use derivation::instrument::sledai2k::Sledai2k;
use entity::Items;
use entity::terms::{Autoantibody, Comparator, ConsentPurpose, Qualitative, Sex};
use policy::Side;
use rust_decimal::Decimal;
use uuid::Uuid;

/// What is known of a subject on a day. Of several results the newest counts.
pub(super) fn known(subject: &Subject, side: &Side, on: NaiveDate) -> Facts {
    let mut facts = Facts::default();
    consent(&mut facts, subject, side, on);
    facts.answer(Fact::Female, subject.row.sex == Sex::Female);
    if subject.row.sex == Sex::Male {
        facts.answer(Fact::CanBearChildren, false);
        facts.answer(Fact::Lactating, false);
    }
    sledai(&mut facts, subject);
    ana(&mut facts, subject, on);
    for fact in Fact::ALL {
        if let Some(code) = fact.analyte() {
            laboratory(&mut facts, subject, (*fact, code), on);
        }
    }
    facts
}

/// Consent, and the age in completed years on its day: exact where the birth date is known, else within a year.
fn consent(facts: &mut Facts, subject: &Subject, side: &Side, on: NaiveDate) {
    let consents = subject.rows.consents.iter().filter(|it| it.purpose == ConsentPurpose::Study);
    let given: Vec<_> = consents.filter(|it| it.given_on <= on).collect();
    let valid = given.iter().any(|it| it.withdrawn_on.is_none_or(|day| on <= day));
    facts.answer(Fact::ConsentGiven, valid);
    let Some(day) = given.iter().map(|it| it.given_on).max() else { return };
    let years = |from: NaiveDate| {
        let passed = (day.month(), day.day()) >= (from.month(), from.day());
        day.year() - from.year() - i32::from(!passed)
    };
    match side.identities.get(&subject.id()).and_then(|identity| identity.birth_date) {
        Some(born) => facts.number(Fact::Age, Decimal::from(years(born))),
        None => {
            let most = day.year() - subject.row.birth_year;
            facts.between(Fact::Age, Some(Decimal::from(most - 1)), Some(Decimal::from(most)));
        }
    }
}

fn screening_visit(subject: &Subject) -> Option<Uuid> {
    let code = &subject.rulebook.timeline().screening_visit;
    subject
        .rows
        .visits
        .iter()
        .find(|visit| visit.planned_code.as_ref() == Some(code))
        .map(|visit| visit.row.id)
}

fn sledai(facts: &mut Facts, subject: &Subject) {
    let Some(visit) = screening_visit(subject) else { return };
    let at_visit = subject.rows.assessments.iter().filter(|it| it.visit_id == visit);
    let mut items = at_visit.rev().filter_map(|it| match &it.items {
        Items::Sledai(items) => Some(items.items.0),
        Items::Bilag(_) | Items::Pga(_) | Items::LldasExtras(_) | Items::FlareExtras(_) => None,
    });
    if let Some(items) = items.next() {
        let score = Sledai2k { items }.score();
        facts.between(Fact::SledaiTotal, Some(score.lower.into()), Some(score.upper.into()));
    }
}

/// The newest ANA titre before treatment. A negative one counts as 0, as the protocol's checks expect.
fn ana(facts: &mut Facts, subject: &Subject, on: NaiveDate) {
    let panels = &subject.rows.autoantibody_panels;
    let mut newest = panels.iter().rev().filter(|panel| panel.collected_on <= on).filter_map(|panel| {
        let results = &subject.rows.autoantibody_results;
        results.iter().find(|it| it.panel_id == panel.row.id && it.analyte == Autoantibody::Ana)
    });
    let Some(result) = newest.next() else { return };
    match (result.value, result.qualitative) {
        (Some(value), _) => {
            let (low, high) = bounds(value.decimal(), result.comparator);
            // A titre below 1:80 is a whole dilution below: 80 itself is out of the question.
            let high = high.map(|high| if low.is_none() { high - Decimal::ONE } else { high });
            facts.between(Fact::AnaTitre, low, high);
        }
        (None, Some(Qualitative::Negative)) => facts.number(Fact::AnaTitre, Decimal::ZERO),
        (None, Some(Qualitative::Positive | Qualitative::Equivocal) | None) => {}
    }
}

fn laboratory(facts: &mut Facts, subject: &Subject, (fact, analyte): (Fact, &str), on: NaiveDate) {
    let results = subject.rows.lab_results.iter().filter(|it| it.analyte == analyte && it.collected_on <= on);
    let Some(result) = results.max_by_key(|it| (it.collected_on, it.collected_at.clone(), it.revision))
    else {
        return;
    };
    let Some(value) = result.standard_value.map(|value| value.decimal()) else { return };
    let value = match fact {
        Fact::AltXuln
        | Fact::AstXuln
        | Fact::BilirubinXuln
        | Fact::DirectBilirubinXuln
        | Fact::CreatinineXuln => result.uln.and_then(|uln| value.checked_div(uln.decimal())),
        Fact::CreatinineClearance
        | Fact::Neutrophils
        | Fact::Lymphocytes
        | Fact::Haemoglobin
        | Fact::Platelets => Some(value),
        // Read from elsewhere, or answered by a person.
        Fact::Age
        | Fact::ConsentGiven
        | Fact::SledaiTotal
        | Fact::AnaTitre
        | Fact::GilbertSyndrome
        | Fact::Female
        | Fact::CanBearChildren
        | Fact::Lactating
        | Fact::PregnancyTestNegative => None,
    };
    if let Some(value) = value {
        let (low, high) = bounds(value, result.comparator);
        facts.between(fact, low, high);
    }
}

fn bounds(value: Decimal, comparator: Option<Comparator>) -> (Option<Decimal>, Option<Decimal>) {
    match comparator {
        None => (Some(value), Some(value)),
        Some(Comparator::LessThan) => (None, Some(value)),
        Some(Comparator::GreaterThan) => (Some(value), None),
    }
}
