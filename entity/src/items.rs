//! The items of an assessment, all of them in one column: the instrument of the row says which form they have.

use crate::{Exact, FreeText};
use sea_orm::FromJsonQueryResult;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Descriptors of SLEDAI-2K.
pub const SLEDAI_ITEMS: usize = 24;
/// Items of BILAG-2004.
pub const BILAG_ITEMS: usize = 97;

/// The items of one instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(untagged)]
pub enum Items {
    /// SLEDAI-2K.
    Sledai(SledaiItems),
    /// BILAG-2004.
    Bilag(Box<BilagItems>),
    /// Physician's global assessment.
    Pga(PgaItems),
    /// What LLDAS asks beyond the instruments.
    LldasExtras(LldasExtras),
    /// What the SELENA-SLEDAI flare index asks beyond the instruments.
    FlareExtras(FlareItems),
}

/// SLEDAI-2K: each descriptor present, absent or unknown, in the instrument's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SledaiItems {
    /// One place a descriptor.
    #[serde(rename = "sledai")]
    pub items: Places<Option<bool>, SLEDAI_ITEMS>,
    /// Joints with pain and signs of inflammation.
    #[serde(default)]
    pub joint_count: Option<u32>,
    /// Comments by descriptor code.
    #[serde(default)]
    pub comments: BTreeMap<String, FreeText>,
}

/// BILAG-2004: each item as recorded, in the form's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BilagItems {
    /// One place an item; none is not done.
    #[serde(rename = "bilag")]
    pub items: Places<Option<BilagItem>, BILAG_ITEMS>,
    /// Numbers of items whose values lupus does not explain.
    #[serde(default)]
    pub not_due_to_sle: Vec<u8>,
}

/// Physician's global assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PgaItems {
    /// Hundredths on the scale from 0 to 3: 130 is 1.30.
    pub pga_hundredths: i32,
}

/// What LLDAS asks beyond the instruments. None is not assessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LldasExtras {
    /// Haemolytic anaemia, active and due to lupus.
    pub haemolytic_anaemia: Option<bool>,
    /// Gastrointestinal involvement, active and due to lupus.
    pub gi_activity: Option<bool>,
    /// Only standard maintenance doses of antimalarials, immunosuppressants and biologics.
    pub maintenance_therapy_ok: Option<bool>,
    /// That no glucocorticoid is taken, confirmed.
    pub no_glucocorticoid_confirmed: Option<bool>,
}

/// The form on flares, under a key of its own: none of its answers has to be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlareItems {
    /// The answers.
    pub flare: FlareExtras,
}

/// What the SELENA-SLEDAI flare index asks beyond the instruments, since the previous assessment. None is not assessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FlareExtras {
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
    /// Body weight in kilograms.
    pub weight_kg: Option<Exact>,
}

/// The value of one BILAG-2004 item: a score, a measurement, or yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BilagItem {
    /// 0 to 4.
    Score(u8),
    /// A measurement in the item's unit.
    Number(Exact),
    /// Yes or no.
    YesNo(bool),
}

impl Serialize for BilagItem {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            BilagItem::Score(score) => out.serialize_u8(*score),
            BilagItem::Number(number) => number.serialize(out),
            BilagItem::YesNo(yes) => out.serialize_bool(*yes),
        }
    }
}

impl<'de> Deserialize<'de> for BilagItem {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<BilagItem, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = BilagItem;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a score from 0 to 4, a decimal as text, true or false")
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<BilagItem, E> {
                Ok(BilagItem::YesNo(yes))
            }

            fn visit_u64<E: de::Error>(self, score: u64) -> Result<BilagItem, E> {
                u8::try_from(score)
                    .ok()
                    .filter(|score| *score <= 4)
                    .map(BilagItem::Score)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(score), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<BilagItem, E> {
                text.parse()
                    .map(BilagItem::Number)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(Any)
    }
}

/// A fixed number of places, read and written as an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places<T, const N: usize>(pub [T; N]);

impl<T: Serialize, const N: usize> Serialize for Places<T, N> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(&self.0)
    }
}

impl<'de, T: Deserialize<'de> + Copy + Default, const N: usize> Deserialize<'de> for Places<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Exactly<T, const N: usize>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Copy + Default, const N: usize> Visitor<'de> for Exactly<T, N> {
            type Value = Places<T, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of {N} places")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Places<T, N>, A::Error> {
                let mut places = [T::default(); N];
                for (at, place) in places.iter_mut().enumerate() {
                    *place = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(at, &self))?;
                }
                match seq.next_element::<de::IgnoredAny>()? {
                    Some(_) => Err(de::Error::invalid_length(N + 1, &self)),
                    None => Ok(Places(places)),
                }
            }
        }
        from.deserialize_seq(Exactly(std::marker::PhantomData))
    }
}

impl<T: Copy + Default, const N: usize> Default for Places<T, N> {
    fn default() -> Self {
        Places([T::default(); N])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_items_reads_back_as_itself() {
        let mut bilag = BilagItems { items: Places::default(), not_due_to_sle: vec![92] };
        bilag.items.0[0] = Some(BilagItem::Score(4));
        bilag.items.0[83] = "1.20".parse().ok().map(BilagItem::Number);
        bilag.items.0[84] = Some(BilagItem::YesNo(false));
        let mut sledai =
            SledaiItems { items: Places::default(), joint_count: Some(3), comments: BTreeMap::new() };
        sledai.items.0[8] = Some(true);
        let forms = [
            Items::Sledai(sledai),
            Items::Bilag(Box::new(bilag)),
            Items::Pga(PgaItems { pga_hundredths: 130 }),
            Items::LldasExtras(LldasExtras::default()),
            Items::FlareExtras(FlareItems { flare: FlareExtras::default() }),
            Items::FlareExtras(FlareItems {
                flare: FlareExtras {
                    hospitalised: Some(true),
                    weight_kg: "62.5".parse().ok(),
                    ..FlareExtras::default()
                },
            }),
        ];
        for form in forms {
            let text = serde_json::to_string(&form).unwrap();
            assert_eq!(serde_json::from_str::<Items>(&text).unwrap(), form, "{text}");
        }
        assert!(serde_json::from_str::<Items>(r#"{"sledai":[true]}"#).is_err());
        assert!(serde_json::from_str::<Items>(r#"{"flare":{"seizure":true}}"#).is_err());
        assert!(serde_json::from_str::<BilagItem>("5").is_err());
        assert!(serde_json::from_str::<BilagItem>("1.5").is_err());
    }
}
