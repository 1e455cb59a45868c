//! The ledger's tables, and what lies beside it.

use super::schema::Kind::{Bytes, Digest, Id, Instant, Int, Revision, Text};
use super::schema::{Table, col};

/// Tables of the ledger.
#[rustfmt::skip]
pub(super) fn tables() -> Vec<Table> {
    vec![
        Table::new("head", vec![
            col("stream", Text),
            col("study_id", Id).null(),
            col("revision", Revision),
            col("hash", Digest),
            col("format", Int),
            col("at", Instant),
        ])
        .key(&["stream"]),
        Table::new("entry", vec![
            col("stream", Text),
            col("revision", Revision),
            col("header", Text),
            col("hash", Digest),
        ])
        .key(&["stream", "revision"])
        .check("revision >= 1"),
        Table::new("change", vec![
            col("stream", Text),
            col("revision", Revision),
            col("position", Int),
            col("table_name", Text),
            col("row_id", Id),
            col("subject_id", Id).null(),
            col("image", Text).null(),
            col("salt", Bytes).null(),
            col("digest", Digest),
        ])
        .key(&["stream", "revision", "position"])
        .index_on(&["stream", "subject_id", "revision"])
        .check("position >= 0")
        .check("(image IS NULL) = (salt IS NULL)")
        .check("length(salt) = 32"),
        Table::new("checkpoint", vec![
            col("stream", Text),
            col("revision", Revision),
            col("jws", Text),
        ])
        .key(&["stream", "revision"]),
        Table::new("idempotency", vec![
            col("stream", Text),
            col("actor_id", Id),
            col("key", Text),
            col("input_digest", Text),
            col("revision", Revision),
        ])
        .key(&["stream", "actor_id", "key"]),
        Table::new("subject_identity", vec![
            col("subject_id", Id).refs_same("subject", "study_id"),
            col("study_id", Id).refs("registered_study"),
            col("site_id", Id).refs_same("site", "study_id"),
            col("nonce", Bytes),
            col("ciphertext", Bytes),
        ])
        .key(&["subject_id"])
        .index("study_id"),
        Table::new("subject_key", vec![
            col("subject_id", Id).refs("subject"),
            col("master_key_id", Text),
            col("nonce", Bytes),
            col("wrapped", Bytes),
        ])
        .key(&["subject_id"]),
        Table::new("identity_lookup", vec![
            col("site_id", Id).refs("site"),
            col("lookup", Text),
            col("subject_id", Id).refs("subject"),
        ])
        .key(&["site_id", "lookup"])
        .index("subject_id"),
        Table::new("secret", vec![
            col("name", Text),
            col("nonce", Bytes),
            col("sealed", Bytes),
        ])
        .key(&["name"]),
    ]
}
