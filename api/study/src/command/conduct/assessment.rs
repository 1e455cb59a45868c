//! The items of an instrument as they are entered, and what is right for each.

use crate::command::{check, free_text, line};
use derivation::instrument::bilag2004::items::TABLE;
use derivation::instrument::bilag2004::{Item, ItemKind, item};
use derivation::instrument::pga::{Pga, PgaError};
use derivation::instrument::sledai2k::Descriptor;
use entity::terms::Instrument;
use entity::{
    BilagItem, BilagItems, FlareExtras, FlareItems, Items, LldasExtras, PgaItems, Places, SledaiItems,
};
use policy::{Refusal, RefusalCode, Side, ensure};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Most characters of a comment.
const COMMENT_MAX: usize = 500;
/// Joints that are counted for lupus arthritis at most.
const JOINTS_MAX: u32 = 68;

/// What an instrument records, by instrument.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AssessmentItems {
    /// SLEDAI-2K. A descriptor that is left out is unknown, which is not the same as absent.
    #[serde(rename_all = "camelCase")]
    Sledai {
        /// Descriptors by their codes, such as `rash`.
        items: Vec<SledaiEntry>,
        /// Joints with pain and signs of inflammation, 0 to 68.
        joint_count: Option<i64>,
        /// Comments by descriptor.
        comments: Vec<SledaiComment>,
    },
    /// BILAG-2004. An item that is left out was not done.
    #[serde(rename_all = "camelCase")]
    Bilag {
        /// Items by their numbers on the form, 1 to 97.
        items: Vec<BilagEntry>,
        /// Numbers of items of systems 8 and 9 whose values lupus does not explain.
        not_due_to_sle: Vec<i64>,
    },
    /// Physician's global assessment: a decimal from 0.00 to 3.00 with at most two decimals.
    Pga {
        /// The mark, as text, so that it stays exact.
        value: String,
    },
    /// What LLDAS asks beyond the instruments.
    LldasExtras(LldasExtras),
    /// What the SELENA-SLEDAI flare index asks beyond the instruments.
    FlareExtras(FlareAnswers),
}

/// The form on flares, since the previous assessment. What is left out was not assessed.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FlareAnswers {
    /// Admitted to hospital for lupus.
    pub hospitalised: Option<bool>,
    /// A severe manifestation is new or worse and needed the treatment that the index names.
    pub severe_manifestation: Option<bool>,
    /// A manifestation of the mild or moderate list is new or worse.
    pub mild_moderate_manifestation: Option<bool>,
    /// Cyclophosphamide, azathioprine, methotrexate or mycophenolate was added for activity.
    pub new_immunosuppressant: Option<bool>,
    /// A nonsteroidal anti-inflammatory drug or hydroxychloroquine was added for activity.
    pub new_nsaid_or_hydroxychloroquine: Option<bool>,
    /// Body weight in kilograms, 20 to 300, as text.
    pub weight_kg: Option<String>,
}

/// One descriptor of SLEDAI-2K.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SledaiEntry {
    /// Its code.
    pub code: String,
    /// Whether it is present; absent when unknown.
    pub present: Option<bool>,
}

/// A comment on a descriptor of SLEDAI-2K.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SledaiComment {
    /// The descriptor's code.
    pub code: String,
    /// The comment.
    pub text: String,
}

/// One item of BILAG-2004.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BilagEntry {
    /// Its number on the form.
    pub number: i64,
    /// What was recorded.
    pub value: BilagValue,
}

/// What is recorded of an item of BILAG-2004: which of these is right depends on the item.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BilagValue {
    /// 0 absent, 1 improving, 2 same, 3 worse, 4 new.
    Score(i64),
    /// A measurement in the item's unit.
    Number(String),
    /// Yes or no.
    YesNo(bool),
    /// Not done.
    NotDone,
}

impl AssessmentItems {
    /// The instrument that they are of.
    pub const fn instrument(&self) -> Instrument {
        match self {
            AssessmentItems::Sledai { .. } => Instrument::Sledai2k,
            AssessmentItems::Bilag { .. } => Instrument::Bilag2004,
            AssessmentItems::Pga { .. } => Instrument::Pga,
            AssessmentItems::LldasExtras(_) => Instrument::LldasExtras,
            AssessmentItems::FlareExtras(_) => Instrument::FlareExtras,
        }
    }

    /// SLEDAI-2K as a form gives it: descriptors that are present, and those not known; all others are absent.
    pub fn sledai(present: Vec<String>, unknown: Vec<String>, joint_count: Option<i64>) -> AssessmentItems {
        AssessmentItems::commented(present, unknown, joint_count, Vec::new())
    }

    /// The same with comments on descriptors.
    pub fn commented(
        present: Vec<String>,
        unknown: Vec<String>,
        joint_count: Option<i64>,
        comments: Vec<SledaiComment>,
    ) -> AssessmentItems {
        let absent: Vec<String> = Descriptor::ALL
            .into_iter()
            .map(|descriptor| descriptor.code().to_owned())
            .filter(|code| !present.contains(code) && !unknown.contains(code))
            .collect();
        let entry = |present: Option<bool>| move |code| SledaiEntry { code, present };
        let items = present.into_iter().map(entry(Some(true)));
        let items = items.chain(unknown.into_iter().map(entry(None)));
        let items = items.chain(absent.into_iter().map(entry(Some(false))));
        AssessmentItems::Sledai { items: items.collect(), joint_count, comments }
    }

    /// BILAG-2004 as a form gives it: scores that are not listed are 0, questions answered no, and measurements not
    /// done; `not_done` names what was not assessed at all.
    pub fn bilag(items: Vec<BilagEntry>, not_done: Vec<i64>, not_due_to_sle: Vec<i64>) -> AssessmentItems {
        let given: BTreeSet<i64> = items.iter().map(|entry| entry.number).collect();
        let quiet = TABLE.iter().filter_map(|item| {
            let number = i64::from(item.number);
            let value = match item.kind {
                ItemKind::Score => BilagValue::Score(0),
                ItemKind::YesNo => BilagValue::YesNo(false),
                ItemKind::Number { .. } => BilagValue::NotDone,
            };
            (!given.contains(&number) && !not_done.contains(&number)).then_some(BilagEntry { number, value })
        });
        let undone = not_done.iter().map(|number| BilagEntry { number: *number, value: BilagValue::NotDone });
        let items = quiet.chain(undone).chain(items.iter().cloned()).collect();
        AssessmentItems::Bilag { items, not_due_to_sle }
    }

    /// The items as they are stored.
    pub(super) fn checked(&self, of: (Uuid, &Side)) -> Result<Items, Refusal> {
        match self {
            AssessmentItems::Sledai { items, joint_count, comments } => {
                sledai(items, *joint_count, (comments, of)).map(Items::Sledai)
            }
            AssessmentItems::Bilag { items, not_due_to_sle } => {
                bilag(items, not_due_to_sle).map(|items| Items::Bilag(Box::new(items)))
            }
            AssessmentItems::Pga { value } => pga(value).map(Items::Pga),
            AssessmentItems::LldasExtras(extras) => Ok(Items::LldasExtras(extras.clone())),
            AssessmentItems::FlareExtras(answers) => flare(answers).map(Items::FlareExtras),
        }
    }
}

fn descriptor(path: &str, code: &str) -> Result<Descriptor, Refusal> {
    Descriptor::from_code(code).ok_or_else(|| {
        let codes = check::one_of(Descriptor::ALL.into_iter().map(Descriptor::code));
        Refusal::invalid(path, format!("SLEDAI-2K has no descriptor `{code}`; it has {codes}"))
    })
}

fn sledai(
    entries: &[SledaiEntry],
    joint_count: Option<i64>,
    (comments, of): (&[SledaiComment], (Uuid, &Side)),
) -> Result<SledaiItems, Refusal> {
    let mut items = Places::default();
    let mut seen = BTreeSet::new();
    for entry in entries {
        let path = format!("items.{}", entry.code);
        let found = descriptor(&path, &entry.code)?;
        ensure!(
            seen.insert(found.index()),
            Refusal::at(&path, RefusalCode::Duplicate, "the descriptor is given twice: once is enough")
        );
        items.0[found.index()] = entry.present;
    }
    let joint_count = joint_count
        .map(|joints| {
            u32::try_from(joints).ok().filter(|joints| *joints <= JOINTS_MAX).ok_or_else(|| {
                Refusal::invalid(
                    "jointCount",
                    format!("{joints} is no number of joints: give 0 to {JOINTS_MAX}"),
                )
            })
        })
        .transpose()?;
    let mut kept = BTreeMap::new();
    for comment in comments {
        let path = format!("comments.{}", comment.code);
        let found = descriptor(&path, &comment.code)?;
        let text = line(&path, &comment.text, COMMENT_MAX)?;
        let Some(text) = free_text(&path, Some(&text), of.0, of.1)? else { continue };
        let twice = kept.insert(found.code().to_owned(), text).is_some();
        ensure!(
            !twice,
            Refusal::at(&path, RefusalCode::Duplicate, "two comments on one descriptor: give one")
        );
    }
    Ok(SledaiItems { items, joint_count, comments: kept })
}

fn bilag(entries: &[BilagEntry], not_due: &[i64]) -> Result<BilagItems, Refusal> {
    let mut items = Places::default();
    let mut seen = BTreeSet::new();
    for entry in entries {
        let path = format!("items.{}", entry.number);
        let item = numbered(&path, entry.number)?;
        ensure!(
            seen.insert(item.number),
            Refusal::at(&path, RefusalCode::Duplicate, "the item is given twice: once is enough")
        );
        items.0[usize::from(item.number) - 1] = bilag_value(&path, item, &entry.value)?;
    }
    let mut marked = BTreeSet::new();
    for number in not_due {
        let path = format!("notDueToSle.{number}");
        let item = numbered(&path, *number)?;
        ensure!(
            item.may_be_not_due_to_sle(),
            Refusal::invalid(&path, "only items of the renal and the haematological system can be marked so")
        );
        marked.insert(item.number);
    }
    Ok(BilagItems { items, not_due_to_sle: marked.into_iter().collect() })
}

fn numbered(path: &str, number: i64) -> Result<&'static Item, Refusal> {
    let known = u8::try_from(number).ok().and_then(item);
    let last = TABLE.len();
    known.ok_or_else(|| {
        Refusal::invalid(path, format!("BILAG-2004 has no item {number}: they are 1 to {last}"))
    })
}

fn bilag_value(path: &str, item: &Item, value: &BilagValue) -> Result<Option<BilagItem>, Refusal> {
    let value = match (item.kind, value) {
        (_, BilagValue::NotDone) => return Ok(None),
        (ItemKind::Score, BilagValue::Score(score)) => {
            u8::try_from(*score).ok().filter(|score| *score <= 4).map(BilagItem::Score)
        }
        (ItemKind::YesNo, BilagValue::YesNo(yes)) => Some(BilagItem::YesNo(*yes)),
        (ItemKind::Number { .. }, BilagValue::Number(text)) => {
            let number = check::decimal(path, Some(text))?.filter(|number| item.admits(number.decimal()));
            number.map(BilagItem::Number)
        }
        (ItemKind::Score, BilagValue::Number(_) | BilagValue::YesNo(_))
        | (ItemKind::YesNo, BilagValue::Score(_) | BilagValue::Number(_))
        | (ItemKind::Number { .. }, BilagValue::Score(_) | BilagValue::YesNo(_)) => None,
    };
    let wrong = || {
        let message = format!("item {} ({}) records {}", item.number, item.name, item.asks_for());
        Refusal::invalid(path, message)
    };
    value.map(Some).ok_or_else(wrong)
}

fn flare(answers: &FlareAnswers) -> Result<FlareItems, Refusal> {
    let flare = FlareExtras {
        hospitalised: answers.hospitalised,
        severe_manifestation: answers.severe_manifestation,
        mild_moderate_manifestation: answers.mild_moderate_manifestation,
        new_immunosuppressant: answers.new_immunosuppressant,
        new_nsaid_or_hydroxychloroquine: answers.new_nsaid_or_hydroxychloroquine,
        weight_kg: check::body_weight("items.weightKg", answers.weight_kg.as_deref())?,
    };
    Ok(FlareItems { flare })
}

fn pga(text: &str) -> Result<PgaItems, Refusal> {
    let mark = Pga::parse(text.trim()).map_err(|error| {
        let what = match error {
            PgaError::NotANumber => "is no decimal",
            PgaError::OutOfScale => "is not on the scale",
            PgaError::TooPrecise => "has more than two decimals",
        };
        Refusal::invalid(
            "items.value",
            format!("`{text}` {what}: give 0.00 to 3.00 with at most two decimals"),
        )
    })?;
    let hundredths = mark.value() * Decimal::ONE_HUNDRED;
    let pga_hundredths = i32::try_from(hundredths.normalize().mantissa())
        .ok()
        .filter(|_| hundredths.normalize().scale() == 0)
        .ok_or_else(|| Refusal::invalid("items.value", "give 0.00 to 3.00 with at most two decimals"))?;
    Ok(PgaItems { pga_hundredths })
}
