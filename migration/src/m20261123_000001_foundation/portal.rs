//! Tables of the portal and access streams.

use super::schema::Kind::{Bool, Date, Id, Instant, Int, Json, OneOf, Text};
use super::schema::{Table, col};

/// Tables of the portal and access streams.
#[rustfmt::skip]
pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("registered_study", vec![
            col("id", Id),
            col("code", Text),
            col("title", Text),
            col("masking", OneOf(&["OPEN", "SINGLE", "DOUBLE", "SPONSOR_MASKED"])),
            col("time_zone", Text),
        ])
        .unique(&["code"]),
        Table::new("person", vec![
            col("id", Id),
            col("name", Text),
            col("display_name", Text),
            col("status", OneOf(&["ACTIVE", "DISABLED"])),
            col("issuer", Text).null(),
            col("subject", Text).null(),
            col("sign_in_epoch", Int),
        ])
        .unique(&["name"])
        .unique(&["issuer", "subject"]),
        Table::new("membership", vec![
            col("id", Id),
            col("person_id", Id).refs("person"),
            col("study_id", Id).null().refs("registered_study"),
            col("role", OneOf(&["MEDICAL_MONITOR", "DATA_MANAGER", "STATISTICIAN", "MONITOR", "SAFETY_OFFICER", "INVESTIGATOR", "COORDINATOR", "UNMASKED_PHARMACIST", "DSMB_MEMBER", "DSMB_STATISTICIAN", "ADMINISTRATOR", "HOSPITAL_CLIENT", "AUDITOR"])),
            col("site_ids", Json),
            col("valid_from", Date),
            col("valid_to", Date).null(),
            col("granted_by", Id).null(),
            col("chair", Bool),
            col("training_on", Date).null(),
            col("delegation", Text).null(),
            col("ended_at", Instant).null(),
            col("reviewed_at", Instant).null(),
            col("reviewed_by", Id).refs("person").null(),
        ])
        .check("valid_to >= valid_from"),
        Table::new("membership_proposal", vec![
            col("id", Id),
            col("proposed_grant", Text),
            col("reason", Text),
            col("proposed_by", Id).refs("person"),
            col("proposed_at", Instant),
            col("expires_at", Instant),
            col("state", OneOf(&["OPEN", "APPROVED", "REJECTED"])),
            col("decided_by", Id).null().refs("person"),
            col("decided_at", Instant).null(),
            col("membership_id", Id).null().refs("membership"),
        ])
        .check("expires_at > proposed_at AND (decided_by <> proposed_by OR state <> 'APPROVED')"),
        Table::new("setting", vec![
            col("id", Id),
            col("key", Text),
            col("value", Text),
        ])
        .unique(&["key"]),
        Table::new("public_key", vec![
            col("id", Id),
            col("kid", Text),
            col("purpose", OneOf(&["TOKEN", "CHECKPOINT", "INSTALLATION"])),
            col("jwk", Text),
            col("status", OneOf(&["ACTIVE", "RETIRED"])),
        ])
        .unique(&["kid"]),
        Table::new("portal_reason", vec![
            col("id", Id),
            col("text", Text),
        ]),
        Table::new("access_record", vec![
            col("id", Id),
            col("at", Instant),
            col("actor_id", Id),
            col("actor_name", Text),
            col("role", Text).null(),
            col("membership_id", Id).null(),
            col("study_id", Id).null(),
            col("kind", OneOf(&["IDENTITY", "CLOSED_BOARD", "DENIED", "TOKEN", "SIGNED_IN", "SIGN_IN_FAILED", "LOCKED", "SIGNED_OUT", "CREDENTIAL"])),
            col("groups", Json),
            col("subject_ids", Json),
            col("operation", Text).null(),
            col("request_id", Id),
        ]),
    ]
}

/// Service clients: they belong to a site, which is a study's.
#[rustfmt::skip]
pub(super) fn clients() -> Vec<Table> {
    vec![
        Table::new("service_client", vec![
            col("id", Id),
            col("name", Text),
            col("study_id", Id).refs("registered_study"),
            col("site_id", Id).refs_same("site", "study_id"),
            col("public_jwks", Text),
            col("scopes", Json),
            col("status", OneOf(&["ACTIVE", "DISABLED"])),
        ])
        .unique(&["name"]),
    ]
}
