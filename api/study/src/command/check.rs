//! Checks that many commands share: days, periods, consents, numbers, names.

use super::Desk;
use crate::rulebook::Rulebook;
use crate::snapshot::Subject;
use crate::snapshot::tables::{Rec, Table, find};
use chrono::{Datelike, NaiveDate, NaiveTime};
use entity::row::Row;
use entity::terms::ConsentPurpose;
use entity::{Exact, FreeText, PartialText, Texts, rows};
use policy::{Kind, Refusal, RefusalCode, Side, ensure};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// No record of a trial tells of anything earlier.
const EARLIEST_YEAR: i32 = 1900;
/// Body weights of adults, in kilograms; outside, a slip of the pen or of the unit is likelier.
const WEIGHT_KG: (i64, i64) = (20, 300);

/// Refuses a day after today at the site.
pub(crate) fn not_future(path: &str, day: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    ensure!(
        day <= today,
        Refusal::invalid(
            path,
            format!("{day} lies in the future: at the site it is {today}; give a day up to then")
        )
    );
    ensure!(
        day.year() >= EARLIEST_YEAR,
        Refusal::invalid(path, format!("{day} lies before {EARLIEST_YEAR}; the year is a slip of the pen"))
    );
    Ok(())
}

/// Refuses a day before another.
pub(crate) fn not_before(path: &str, day: NaiveDate, floor: NaiveDate, what: &str) -> Result<(), Refusal> {
    ensure!(
        day >= floor,
        Refusal::invalid(path, format!("{day} lies before {what} on {floor}; give that day or a later one"))
    );
    Ok(())
}

/// Refuses a partial date that can only lie in the future.
pub(crate) fn partial_not_future(path: &str, date: &PartialText, today: NaiveDate) -> Result<(), Refusal> {
    ensure!(
        date.earliest() <= today,
        Refusal::invalid(
            path,
            format!("{date} lies in the future: at the site it is {today}; give a date up to then")
        )
    );
    Ok(())
}

/// Refuses a period that can only end before it starts.
pub(crate) fn in_order(path: &str, start: &PartialText, end: Option<&PartialText>) -> Result<(), Refusal> {
    let Some(end) = end else { return Ok(()) };
    ensure!(
        end.latest() >= start.earliest(),
        Refusal::invalid(
            path,
            format!("it ends on {end}, before it starts on {start}; one of the two is wrong")
        )
    );
    Ok(())
}

/// A clock time `HH:MM`, from `00:00` to `23:59`.
pub(crate) fn clock_time(path: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    let fits = text.len() == 5 && NaiveTime::parse_from_str(text, "%H:%M").is_ok();
    ensure!(fits, Refusal::invalid(path, "a time is written HH:MM, from 00:00 to 23:59, as 09:30"));
    Ok(Some(text.to_owned()))
}

/// An optional text as it is stored.
pub(crate) fn optional(path: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Refusal> {
    text.map(|text| super::line(path, text, limit)).transpose()
}

/// Free text that the act demands.
pub(crate) fn demanded(path: &str, text: Option<&str>, of: (Uuid, &Side)) -> Result<FreeText, Refusal> {
    let given = text.filter(|text| !text.trim().is_empty());
    let missing = || Refusal::at(path, RefusalCode::Required, "say why: the record needs it in words");
    super::free_text(path, given, of.0, of.1)?.ok_or_else(missing)
}

/// The names of texts of a row that hold an identifier of its subject, in the order given (ACC-15).
pub(crate) fn withheld(of: (Uuid, &Side), texts: &[(&str, Option<&str>)]) -> Texts {
    let Some(identity) = of.1.identities.get(&of.0) else { return Texts::default() };
    let named = |text: &str| !identity.spans(text).is_empty();
    let held = texts.iter().filter(|(_, text)| text.is_some_and(named));
    Texts(held.map(|(name, _)| (*name).to_owned()).collect())
}

/// A decimal as it is stored: at most 28 digits, so that what is read back is what was written.
pub(crate) fn exact(path: &str, value: Decimal) -> Result<Exact, Refusal> {
    let text = value.to_string();
    text.parse().map_err(|_| {
        Refusal::invalid(
            path,
            format!("{text} has too many digits to be kept exactly; give at most 28 of them"),
        )
    })
}

/// Refuses unless a consent of a purpose was in force on a day. The day of a withdrawal still counts.
pub(crate) fn consented(
    path: &str,
    subject: &Subject,
    purpose: ConsentPurpose,
    on: NaiveDate,
) -> Result<(), Refusal> {
    if subject.has_consent(purpose, on) {
        return Ok(());
    }
    use entity::term::Term;
    let message = format!(
        "no consent to {} was in force on {on}; record it first, or give another day",
        purpose.as_str()
    );
    Err(Refusal::at(path, RefusalCode::NoConsent, message))
}

/// A decimal as it was typed.
pub(crate) fn decimal(path: &str, text: Option<&str>) -> Result<Option<Exact>, Refusal> {
    let Some(text) = text.map(str::trim) else { return Ok(None) };
    let wrong =
        |_| Refusal::invalid(path, format!("`{text}` is no decimal: give {}", entity::NotExact::RIGHT));
    text.parse().map(Some).map_err(wrong)
}

/// A body weight in kilograms.
pub(crate) fn body_weight(path: &str, text: Option<&str>) -> Result<Option<Exact>, Refusal> {
    let Some(weight) = decimal(path, text)? else { return Ok(None) };
    let (low, high) = WEIGHT_KG;
    ensure!(
        (Decimal::from(low)..=Decimal::from(high)).contains(&weight.decimal()),
        Refusal::at(
            path,
            RefusalCode::Implausible,
            format!("{weight} kg is hardly a body weight: give {low} to {high} kilograms"),
        )
    );
    Ok(Some(weight))
}

/// A date as it was typed, of which the day or the month may be unknown.
pub(crate) fn partial(path: &str, text: &str) -> Result<PartialText, Refusal> {
    let text = text.trim();
    let wrong = |what: &str| Refusal::invalid(path, format!("`{text}` is no date: {what}"));
    derivation::timeline::PartialDate::parse(text).map_err(|error| wrong(error.message()))?;
    text.parse().map_err(|_| wrong("the year is before 1900"))
}

/// The same, where it may be left out.
pub(crate) fn partial_or_none(path: &str, text: Option<&str>) -> Result<Option<PartialText>, Refusal> {
    text.map(|text| partial(path, text)).transpose()
}

/// Refuses what a site records of a subject on a day: in the future, before screening, or without consent (P11-38).
pub(crate) fn recordable(
    desk: &Desk<'_>,
    subject: &Subject,
    (path, day): (&str, NaiveDate),
) -> Result<(), Refusal> {
    not_future(path, day, desk.today_of(subject))?;
    not_before(path, day, subject.row.screened_on, "screening")?;
    consented(path, subject, ConsentPurpose::Study, day)
}

/// A row of a subject's table.
pub(crate) fn row_of<'r, T: Row>(
    table: &'r Table<T>,
    (path, id): (&str, Uuid),
    kind: Kind,
) -> Result<&'r Rec<T>, Refusal> {
    find(table, id).ok_or_else(|| Refusal::not_found(path, kind))
}

/// A visit of the subject that took place.
pub(crate) fn visit_of(subject: &Subject, id: Uuid) -> Result<&Rec<rows::Visit>, Refusal> {
    let visit = row_of(&subject.rows.visits, ("visit", id), Kind::Visit)?;
    ensure!(
        visit.status == entity::terms::VisitStatus::Occurred,
        Refusal::at(
            "visit",
            RefusalCode::WrongState,
            "the visit was missed: nothing can have been done at it"
        )
    );
    Ok(visit)
}

/// The rules in force.
pub(crate) fn rulebook<'d>(desk: &Desk<'d>) -> Result<&'d Arc<Rulebook>, Refusal> {
    desk.study.rulebook.as_ref().ok_or_else(|| Refusal::not_found("study", Kind::Study))
}

/// The names of a list that a refusal offers.
pub(crate) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// A reason for a change as a row; which stream it goes to is the caller's business.
///
/// # Errors
/// REASON_REQUIRED when it is missing or blank (P11-04).
pub(crate) fn reason_row(
    desk: &mut Desk<'_>,
    reason: Option<&str>,
    (subject, side): (Option<Uuid>, &Side),
) -> Result<rows::ChangeReason, Refusal> {
    let given = reason.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        Refusal::at("reason", RefusalCode::ReasonRequired, "a change to a saved record needs a reason")
    })?;
    let text = match subject {
        Some(subject) => super::free_text("reason", Some(given), subject, side)?,
        None => Some(FreeText {
            text: super::line("reason", given, super::desk::FREE_TEXT_LIMIT)?,
            withhold: Vec::new(),
        }),
    };
    let missing =
        || Refusal::at("reason", RefusalCode::ReasonRequired, "a change to a saved record needs a reason");
    let (id, study_id) = (desk.ids.draw(), desk.study.study());
    Ok(rows::ChangeReason { id, study_id, subject_id: subject, text: text.ok_or_else(missing)? })
}

/// Refuses a correction that corrects nothing.
pub(crate) fn differs<T: PartialEq>(saved: &T, wanted: &T) -> Result<(), Refusal> {
    ensure!(
        saved != wanted,
        Refusal::new(RefusalCode::InvalidValue, "nothing would change: the record says so already")
    );
    Ok(())
}

/// The subject in scope that owns a record, for an act on that record. The caller names the subject too, since its
/// identifiers were fetched for the screening of free text: another one is as wrong as an unknown record.
pub(crate) fn owner<'d>(
    desk: &mut Desk<'d>,
    (path, record): (&str, Uuid),
    kind: Kind,
    named: Uuid,
) -> Result<&'d Arc<Subject>, Refusal> {
    let subject = desk.owner(path, record, kind)?;
    ensure!(subject.id() == named, Refusal::not_found(path, kind));
    Ok(subject)
}
