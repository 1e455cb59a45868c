//! Text that a person typed, with what of it identifies the subject.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// Free text and the spans of it that hold a direct identifier, found when it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct FreeText {
    /// The text.
    pub text: String,
    /// Byte spans, half open, in order, that are withheld from readers who must not know the person.
    #[serde(default)]
    pub withhold: Vec<[u32; 2]>,
}
