//! Add a site to a study.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::Now;
use policy::DataGroup;
use study::command;

use crate::graphql::object::site::Site;

/// What addSite needs.
#[derive(InputObject)]
pub struct AddSiteInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The study.
    study: ID,
    /// The site's code, unique in the study: A to Z, 0 to 9 and `-`, at most 12.
    code: String,
    /// Its name.
    name: String,
    /// ISO 3166-1 alpha-2 code of its country.
    country: String,
    /// Its IANA time zone.
    time_zone: String,
}

payload! {
    /// What came of the act.
    AddSitePayload as "AddSitePayload" {
        /// The site.
        site: Site = |view, row| view.site_by_row(row).map(Site)
    }
}

/// One mutation.
#[derive(Default)]
pub struct AddSite;

#[Object]
impl AddSite {
    /// Add a site to a study. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn add_site(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: AddSiteInput,
    ) -> Option<Result<Now<AddSitePayload>>> {
        Some(act(cx, input).await.map(|done| Now(AddSitePayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: AddSiteInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.study, input.key)?;
    let command = command::setup::AddSite {
        code: input.code,
        name: input.name,
        country: input.country,
        time_zone: input.time_zone,
    };
    acting.decide(Box::new(command)).await
}
