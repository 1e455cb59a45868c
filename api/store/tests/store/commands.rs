//! Commands of a study that write what a test needs, and nothing that a protocol would ask for.

use chrono::NaiveDate;
use entity::row::Row;
use entity::terms::{Masking, Sex, StudyStatus, SubjectStatus};
use entity::{FreeText, rows};
use policy::{Act, Actor, Change, Decision, Identity, Moment, Refusal, RefusalCode, Side, SideWrite};
use serde_json::{Value, json};
use std::sync::Arc;
use study::command::enrolment::identity_commitment;
use study::{Decide, Heads, Snapshot};
use uuid::Uuid;

fn change<R: Row>(row: &R) -> Change {
    Change::of(R::TABLE, row.id(), row.subject(), row).unwrap()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// The founding of a study: its row and its protocol.
pub struct Found {
    pub study: Uuid,
    pub code: String,
    pub masking: Masking,
}

const PROTOCOL: &str = include_str!("../../../protocols/nk510.toml");

impl Decide for Found {
    fn act(&self) -> Act {
        Act::RegisterStudy
    }

    fn input(&self) -> Value {
        json!({ "code": self.code })
    }

    fn heads(&self) -> Heads {
        Heads::BOTH
    }

    fn decide(&self, _: &Actor, at: &Moment, _: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        let version = at.ids("found").draw();
        let study = rows::Study {
            id: self.study,
            study_id: self.study,
            code: self.code.clone(),
            title: "A study that was invented".into(),
            masking: self.masking,
            status: StudyStatus::Recruiting,
            registry_number: None,
            sponsor: None,
            time_zone: "Asia/Shanghai".into(),
            planned_enrolment: 9,
            synthetic: true,
            protocol_version_id: version,
        };
        let version = rows::ProtocolVersion {
            id: version,
            study_id: self.study,
            label: "1.0".into(),
            document: PROTOCOL.into(),
            digest: "0".repeat(64),
            effective_on: day(),
        };
        Ok(Decision { open: vec![change(&study), change(&version)], ..Decision::default() })
    }
}

/// Writes a note (a reason for a change), or over an earlier one.
pub struct Note {
    pub row: Option<Uuid>,
    pub text: String,
}

pub fn note(text: impl Into<String>) -> Box<Note> {
    Box::new(Note { row: None, text: text.into() })
}

impl Decide for Note {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        json!({ "row": self.row, "text": self.text })
    }

    fn decide(&self, _: &Actor, at: &Moment, study: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        match self.text.as_str() {
            "refuse" => return Err(Refusal::new(RefusalCode::WrongState, "as asked")),
            "panic" => panic!("as asked"),
            _ => {}
        }
        let row = rows::ChangeReason {
            id: self.row.unwrap_or_else(|| at.ids("note").draw()),
            study_id: study.study(),
            subject_id: None,
            text: FreeText { text: self.text.clone(), withhold: Vec::new() },
        };
        Ok(Decision { open: vec![change(&row)], ..Decision::default() })
    }
}

/// Writes to the sealed stream, and to the open one if told so.
pub struct Seal {
    pub open_too: bool,
}

impl Decide for Seal {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        json!({ "both": self.open_too })
    }

    fn heads(&self) -> Heads {
        Heads { portal: false, open: self.open_too, sealed: true }
    }

    fn decide(&self, _: &Actor, at: &Moment, study: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        let mut ids = at.ids("seal");
        let cut = rows::ClosedCut {
            id: ids.draw(),
            study_id: study.study(),
            sealed_revision: 1,
            closed_hash: "0".repeat(64),
        };
        let note = rows::ChangeReason {
            id: ids.draw(),
            study_id: study.study(),
            subject_id: None,
            text: FreeText { text: "sealed beside it".into(), withhold: Vec::new() },
        };
        let open = if self.open_too { vec![change(&note)] } else { Vec::new() };
        Ok(Decision { open, sealed: vec![change(&cut)], ..Decision::default() })
    }
}

/// Writes a stream that it did not declare.
pub struct Stray;

impl Decide for Stray {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        Value::Null
    }

    fn decide(
        &self,
        actor: &Actor,
        at: &Moment,
        study: &Arc<Snapshot>,
        side: &Side,
    ) -> Result<Decision, Refusal> {
        Seal { open_too: false }.decide(actor, at, study, side)
    }
}

/// Opens a site, under the code that it is told.
pub struct OpenSite {
    pub code: String,
    pub ordinal: i32,
}

impl Decide for OpenSite {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        json!({ "code": self.code })
    }

    fn decide(&self, _: &Actor, at: &Moment, study: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        let site = rows::Site {
            id: at.ids("site").draw(),
            study_id: study.study(),
            ordinal: self.ordinal,
            code: self.code.clone(),
            name: "A hospital that was invented".into(),
            country: "CN".into(),
            time_zone: "Asia/Shanghai".into(),
            opened_on: day(),
        };
        Ok(Decision { open: vec![change(&site)], ..Decision::default() })
    }
}

/// Takes a subject into screening with identifiers, or writes other ones for it.
pub struct Screen {
    pub subject: Option<Uuid>,
    pub site: Uuid,
    pub ordinal: i32,
    pub identity: Identity,
    /// What the store shall have decrypted beforehand.
    pub expects: Option<Identity>,
}

impl Decide for Screen {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        json!({ "ordinal": self.ordinal })
    }

    fn identities(&self) -> Vec<Uuid> {
        self.subject.into_iter().collect()
    }

    fn decide(
        &self,
        _: &Actor,
        at: &Moment,
        study: &Arc<Snapshot>,
        side: &Side,
    ) -> Result<Decision, Refusal> {
        assert_ne!(side.commitment_key, [0; 32]);
        let id = self.subject.unwrap_or_else(|| at.ids("subject").draw());
        assert_eq!(side.identities.get(&id), self.expects.as_ref());
        let fields: Vec<String> = self.identity.fields().into_iter().map(str::to_owned).collect();
        let subject = rows::Subject {
            identity_commitment: Some(identity_commitment(&self.identity, &side.commitment_key, &[5; 32])?),
            ..subject(study.study(), (id, self.site, self.ordinal), fields)
        };
        let identity = SideWrite::Identity {
            subject: id,
            study: study.study(),
            site: self.site,
            identity: self.identity.clone(),
            salt: [5; 32],
        };
        Ok(Decision { open: vec![change(&subject)], side: vec![identity], ..Decision::default() })
    }
}

fn subject(study: Uuid, (id, site, ordinal): (Uuid, Uuid, i32), fields: Vec<String>) -> rows::Subject {
    rows::Subject {
        id,
        study_id: study,
        ordinal,
        site_id: site,
        code: format!("S-{ordinal}"),
        status: SubjectStatus::Screening,
        sex: Sex::Female,
        birth_year: 1990,
        screened_on: day(),
        eligibility_confirmed_on: None,
        enrolled_on: None,
        bilag_history: Vec::new().into(),
        identity_fields: fields.into(),
        identity_commitment: None,
    }
}

/// Destroys a subject's identifiers.
pub struct Erase {
    pub subject: Uuid,
    pub site: Uuid,
    pub ordinal: i32,
}

impl Decide for Erase {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        Value::Null
    }

    fn decide(&self, _: &Actor, _: &Moment, study: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        let row = subject(study.study(), (self.subject, self.site, self.ordinal), Vec::new());
        let side = vec![SideWrite::EraseIdentity { subject: self.subject }];
        Ok(Decision { open: vec![change(&row)], side, ..Decision::default() })
    }
}

/// Empties a note, and puts another text in its place.
pub struct Redact {
    pub note: Uuid,
    pub revision: u64,
}

impl Decide for Redact {
    fn act(&self) -> Act {
        Act::ApproveProposal
    }

    fn input(&self) -> Value {
        Value::Null
    }

    fn decide(&self, _: &Actor, at: &Moment, study: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        let mut ids = at.ids("redact");
        let text = |text: &str| FreeText { text: text.into(), withhold: Vec::new() };
        let replacement = rows::ChangeReason {
            id: self.note,
            study_id: study.study(),
            subject_id: None,
            text: text("redacted"),
        };
        let reason =
            rows::ChangeReason { id: ids.draw(), text: text("it named somebody"), ..replacement.clone() };
        let redaction = rows::Redaction {
            id: ids.draw(),
            study_id: study.study(),
            subject_id: None,
            revision: self.revision as i64,
            position: 0,
            replacement: ledger::to_canonical(&replacement).unwrap(),
            reason: reason.id,
        };
        let stream = ledger::StreamId::Open(study.study()).to_string();
        let side = vec![SideWrite::Redact { stream, revision: self.revision, position: 0 }];
        Ok(Decision { open: vec![change(&redaction), change(&reason)], side, ..Decision::default() })
    }
}
