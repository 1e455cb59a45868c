//! What people and hospital systems sign in with: rows beside the ledger.

use super::schema::Kind::{Bytes, Digest, Id, Instant, Int, Text};
use super::schema::{Table, col};

/// Tables that hold what lasts no longer than its purpose: rows of them may be deleted.
pub(super) const NAMES: [&str; 6] =
    ["credential", "invitation", "session", "refresh_token", "sign_in_attempt", "client_assertion"];

/// Tables of sign-in.
#[rustfmt::skip]
pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("credential", vec![
            col("person_id", Id).refs("person"),
            col("nonce", Bytes),
            col("sealed", Bytes),
            col("changed_at", Instant),
        ])
        .key(&["person_id"]),
        Table::new("invitation", vec![
            col("person_id", Id).refs("person"),
            col("invited_by", Id).refs("person"),
            col("digest", Digest),
            col("expires_at", Instant),
        ])
        .key(&["person_id", "invited_by"]),
        Table::new("session", vec![
            col("id", Id),
            col("person_id", Id).refs("person"),
            col("epoch", Int),
            col("client", Text),
            col("began_at", Instant),
            col("proved_at", Instant),
            col("used_at", Instant),
            col("ended_at", Instant).null(),
        ])
        .index("person_id"),
        Table::new("refresh_token", vec![
            col("digest", Digest),
            col("session_id", Id).refs("session"),
            col("used_at", Instant).null(),
        ])
        .key(&["digest"])
        .index("session_id"),
        Table::new("sign_in_attempt", vec![
            col("counted", Digest),
            col("account", Digest),
            col("failures", Int),
            col("since", Instant),
            col("last_at", Instant),
            col("signed_in_at", Instant).null(),
        ])
        .key(&["counted"])
        .index("account")
        .check("failures >= 0"),
        Table::new("client_assertion", vec![
            col("client_id", Id).refs("service_client"),
            col("jti", Digest),
            col("expires_at", Instant),
        ])
        .key(&["client_id", "jti"]),
    ]
}
