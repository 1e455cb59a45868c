//! What every command needs: the caller's View, the whole study, and a place to lay down changes.

use crate::Snapshot;
use crate::snapshot::Subject;
use crate::view::{CohortView, Lens, SiteView, SubjectView, View};
use chrono::NaiveDate;
use entity::row::Row;
use entity::terms::Masking;
use entity::{FreeText, rows};
use policy::{Act, Actor, Change, Decision, Ids, Kind, Moment, Party, Refusal, RefusalCode, Side};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// A change that makes a row what it is.
pub(crate) fn change<R: Row>(row: &R) -> Result<Change, Refusal> {
    Change::of(R::TABLE, row.id(), row.subject(), row)
        .map_err(|_| Refusal::new(RefusalCode::InvalidValue, "the record has no canonical form"))
}

/// A command at work: who acts, when, on what, and what was laid down so far.
pub(crate) struct Desk<'d> {
    pub actor: &'d Actor,
    pub at: &'d Moment,
    pub study: &'d Arc<Snapshot>,
    pub view: View,
    pub ids: Ids<'d>,
    act: Act,
    decision: Decision,
}

impl<'d> Desk<'d> {
    /// Opens the study for an act.
    ///
    /// # Errors
    /// NOT_FOUND when the actor has no business in the study.
    pub(crate) fn open(
        act: Act,
        actor: &'d Actor,
        at: &'d Moment,
        study: &'d Arc<Snapshot>,
    ) -> Result<Desk<'d>, Refusal> {
        let view = study
            .view(&Arc::new(actor.clone()), Lens::judging(at.now()))
            .ok_or_else(|| Refusal::not_found("study", Kind::Study))?;
        Ok(Desk { actor, at, study, view, ids: at.ids(act.as_str()), act, decision: Decision::default() })
    }

    /// Takes note of the grant that allows the act in the study as a whole.
    ///
    /// # Errors
    /// FORBIDDEN.
    pub(crate) fn permit(&mut self) -> Result<(), Refusal> {
        self.permit_at(None)
    }

    /// Takes note of the grant that allows the act at a site.
    ///
    /// # Errors
    /// FORBIDDEN.
    pub(crate) fn permit_at(&mut self, site: Option<Uuid>) -> Result<(), Refusal> {
        let grant = self
            .actor
            .allows(self.act, self.study.study(), site)
            .map(|grant| (grant.id, grant.role))
            .ok_or_else(Refusal::forbidden)?;
        self.decision.membership = Some(grant.0);
        self.decision.role = Some(grant.1);
        Ok(())
    }

    /// Whether the grant that allowed the act is one of a side.
    pub(crate) fn acts_for(&self, side: Party) -> bool {
        self.decision.role.is_some_and(|role| role.side() == side)
    }

    /// A subject in the caller's scope on whom the caller may perform the act.
    ///
    /// # Errors
    /// NOT_FOUND when out of scope or unknown, FORBIDDEN when the roles do not allow the act there.
    pub(crate) fn subject(&mut self, path: &str, id: Uuid) -> Result<&'d Arc<Subject>, Refusal> {
        let site = self
            .view
            .subject_by_row(id)
            .map(|subject| subject.site_row())
            .ok_or_else(|| Refusal::not_found(path, Kind::Subject))?;
        self.permit_at(Some(site))?;
        self.study.subject(id).ok_or_else(|| Refusal::not_found(path, Kind::Subject))
    }

    /// The subject in scope that owns a row, for an act on that row.
    ///
    /// # Errors
    /// As for [`Desk::subject`], naming the kind of the row.
    pub(crate) fn owner(&mut self, path: &str, row: Uuid, kind: Kind) -> Result<&'d Arc<Subject>, Refusal> {
        let owner: Option<SubjectView<'_>> = self.view.owner(row);
        let site = owner.map(|subject| subject.site_row()).ok_or_else(|| Refusal::not_found(path, kind))?;
        self.permit_at(Some(site))?;
        self.study.owner(row).ok_or_else(|| Refusal::not_found(path, kind))
    }

    /// A site in the caller's scope at which the caller may perform the act.
    ///
    /// # Errors
    /// NOT_FOUND when out of scope or unknown, FORBIDDEN when the roles do not allow the act there.
    pub(crate) fn site(&mut self, path: &str, id: Uuid) -> Result<&'d rows::Site, Refusal> {
        let seen: Option<SiteView<'_>> = self.view.site_by_row(id);
        seen.ok_or_else(|| Refusal::not_found(path, Kind::Site))?;
        self.permit_at(Some(id))?;
        crate::snapshot::tables::find(&self.study.rows.sites, id)
            .map(|rec| &rec.row)
            .ok_or_else(|| Refusal::not_found(path, Kind::Site))
    }

    /// A cohort that the caller may see.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn cohort(&self, path: &str, id: Uuid) -> Result<&'d rows::Cohort, Refusal> {
        let seen: Option<CohortView<'_>> = self.view.cohort_by_row(id);
        seen.ok_or_else(|| Refusal::not_found(path, Kind::Cohort))?;
        crate::snapshot::tables::find(&self.study.rows.cohorts, id)
            .map(|rec| &rec.row)
            .ok_or_else(|| Refusal::not_found(path, Kind::Cohort))
    }

    /// Whether treatment data of the study lie in the sealed stream.
    pub(crate) fn is_masked(&self) -> bool {
        self.study.row().is_some_and(|study| study.masking != Masking::Open)
    }

    /// Today at a subject's site.
    pub(crate) fn today_of(&self, subject: &Subject) -> NaiveDate {
        self.today_at(subject.row.site_id)
    }

    /// Today at a site.
    pub(crate) fn today_at(&self, site: Uuid) -> NaiveDate {
        let zone = crate::snapshot::tables::find(&self.study.rows.sites, site)
            .map_or(chrono_tz::Tz::UTC, |site| crate::view::zone(&site.time_zone));
        self.at.date(zone)
    }

    /// Lays down a row of the open stream. The first row is what the command is about.
    ///
    /// # Errors
    /// When the row has no canonical form.
    pub(crate) fn put<R: Row>(&mut self, row: &R) -> Result<(), Refusal> {
        self.decision.open.push(change(row)?);
        Ok(())
    }

    /// Lays down a row that gives away treatment: sealed in masked studies, open otherwise.
    ///
    /// # Errors
    /// When the row has no canonical form.
    pub(crate) fn put_treatment<R: Row>(&mut self, row: &R) -> Result<(), Refusal> {
        let change = change(row)?;
        if self.is_masked() {
            self.decision.sealed.push(change)
        } else {
            self.decision.open.push(change)
        }
        Ok(())
    }

    /// Lays down a row of the sealed stream.
    ///
    /// # Errors
    /// When the row has no canonical form.
    pub(crate) fn put_sealed<R: Row>(&mut self, row: &R) -> Result<(), Refusal> {
        self.decision.sealed.push(change(row)?);
        Ok(())
    }

    /// Lays down what goes beside the ledger.
    pub(crate) fn beside(&mut self, write: policy::SideWrite) {
        self.decision.side.push(write);
    }

    /// Lays down the reason for a change, which the act demands.
    ///
    /// # Errors
    /// REASON_REQUIRED when it is missing or blank.
    pub(crate) fn reason(
        &mut self,
        reason: Option<&str>,
        subject: &Subject,
        side: &Side,
    ) -> Result<(), Refusal> {
        let text = reason.map(str::trim).filter(|text| !text.is_empty()).ok_or_else(|| {
            Refusal::at("reason", RefusalCode::ReasonRequired, "a change to a saved record needs a reason")
        })?;
        let text = free_text("reason", Some(text), subject.id(), side)?;
        let Some(text) = text else { return Ok(()) };
        let row = rows::ChangeReason {
            id: self.ids.draw(),
            study_id: self.study.study(),
            subject_id: Some(subject.id()),
            text,
        };
        self.put(&row)
    }

    /// The decision.
    pub(crate) fn done(self) -> Decision {
        self.decision
    }
}

/// Longest free text, in characters.
pub(crate) const FREE_TEXT_LIMIT: usize = 4_000;

/// Free text as it is stored: NFC, bounded, with the spans that hold an identifier of the subject.
///
/// # Errors
/// INVALID_VALUE when it holds U+0000, is too long, or holds what looks like somebody's number.
pub(crate) fn free_text(
    path: &str,
    text: Option<&str>,
    subject: Uuid,
    side: &Side,
) -> Result<Option<FreeText>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let text = line(path, text, FREE_TEXT_LIMIT)?;
    if let Some(found) = policy::resemblance(&text) {
        let message = format!(
            "the text holds what looks like {}: leave it out, whoever's it is, or write a number of another kind with its unit",
            found.as_str()
        );
        return Err(Refusal::invalid(path, message));
    }
    let withhold = side.identities.get(&subject).map(|identity| identity.spans(&text)).unwrap_or_default();
    Ok(Some(FreeText { text, withhold }))
}

/// A text as it is stored: trimmed, NFC, bounded, not empty.
///
/// # Errors
/// INVALID_VALUE when it is blank, holds U+0000 or is too long.
pub(crate) fn line(path: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    if let Some(at) = text.chars().position(|c| c == '\0') {
        return Err(Refusal::invalid(
            path,
            format!("character {} is U+0000, which no text may hold", at + 1),
        ));
    }
    let text: String = text.trim().nfc().collect();
    let length = text.chars().count();
    if length == 0 {
        return Err(Refusal::invalid(path, "the text is blank: leave the field out, or say something"));
    }
    if length > limit {
        return Err(Refusal::invalid(
            path,
            format!("the text has {length} characters, at most {limit} are allowed"),
        ));
    }
    Ok(text)
}

/// Refuses when a record changed since the caller read it (P11-40).
///
/// # Errors
/// CONFLICT, naming both revisions; REQUIRED when the caller named none.
pub(crate) fn expect_revision(expected: Option<u64>, actual: u64) -> Result<(), Refusal> {
    match expected {
        None => Err(Refusal::at(
            "expectedRevision",
            RefusalCode::Required,
            "say which revision of the record you read, so that nobody's change is lost",
        )),
        Some(expected) if expected != actual => Err(Refusal::at(
            "expectedRevision",
            RefusalCode::Conflict,
            format!("the record's last change is revision {actual}, not {expected}: read it again"),
        )),
        Some(_) => Ok(()),
    }
}
