//! Take a person into screening under a new code.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use crate::graphql::term::Coded;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::terms;
use study::view::NodeKind;

use crate::graphql::object::subject::Subject;

/// Direct identifiers of a subject, kept encrypted beside the ledger and shown to the subject's own site alone.
#[derive(InputObject)]
pub struct SubjectIdentityInput {
    /// Initials.
    pub initials: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// The hospital's record number.
    pub hospital_number: Option<String>,
    /// National id number.
    pub national_id: Option<String>,
    /// Telephone number.
    pub telephone: Option<String>,
}

impl From<SubjectIdentityInput> for policy::Identity {
    fn from(input: SubjectIdentityInput) -> policy::Identity {
        policy::Identity {
            initials: input.initials,
            name: input.name,
            birth_date: input.birth_date.map(|day| day.0),
            hospital_number: input.hospital_number,
            national_id: input.national_id,
            telephone: input.telephone,
        }
    }
}

/// A consent that was given.
#[derive(InputObject)]
pub struct ConsentInput {
    /// What it covers.
    pub purpose: Coded<terms::ConsentPurpose>,
    /// The version of the form.
    pub version: String,
    /// The day on which it was given.
    pub given_on: Date,
}

/// What screenSubject needs.
#[derive(InputObject)]
pub struct ScreenSubjectInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The study.
    study: ID,
    /// The site.
    site: ID,
    /// Sex as recorded.
    sex: Coded<terms::Sex>,
    /// Year of birth.
    birth_year: i32,
    /// The day of screening at the site; today unless given.
    screened_on: Option<Date>,
    /// Consents that were given; one to the study is needed.
    consents: Vec<ConsentInput>,
    /// BILAG-2004 systems that were ever involved.
    bilag_history: Option<Vec<Coded<terms::BilagSystem>>>,
    /// Direct identifiers.
    identity: Option<SubjectIdentityInput>,
}

payload! {
    /// What came of the act.
    ScreenSubjectPayload as "ScreenSubjectPayload" {
        /// The subject.
        subject: Subject = |view, row| view.subject_by_row(row).map(Subject)
    }
}

/// One mutation.
#[derive(Default)]
pub struct ScreenSubject;

#[Object]
impl ScreenSubject {
    /// Take a person into screening under a new code. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn screen_subject(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: ScreenSubjectInput,
    ) -> Option<Result<Now<ScreenSubjectPayload>>> {
        Some(act(cx, input).await.map(|done| Now(ScreenSubjectPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: ScreenSubjectInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.study, input.key)?;
    let command = command::enrolment::ScreenSubject {
        site: acting.row(NodeKind::Site, &input.site),
        sex: input.sex.0,
        birth_year: input.birth_year,
        screened_on: input.screened_on.map(|day| day.0),
        consents: input
            .consents
            .into_iter()
            .map(|it| command::enrolment::GivenConsent {
                purpose: it.purpose.0,
                version: it.version,
                given_on: it.given_on.0,
            })
            .collect(),
        bilag_history: input.bilag_history.unwrap_or_default().into_iter().map(|it| it.0).collect(),
        identity: input.identity.map(Into::into),
    };
    acting.decide(Box::new(command)).await
}
