//! Record an instrument filled in at a visit.

use super::payload::{Acting, Done, payload};
use crate::failure::Failure;
use async_graphql::{Context, ID, InputObject, Object, Result};
use objects::{Date, Now};
use policy::DataGroup;
use study::command;
use study::command::conduct::{AssessmentItems, BilagEntry, BilagValue, FlareAnswers, SledaiComment};
use study::view::NodeKind;

use crate::graphql::object::assessment::Assessment;

/// The answers to exactly one instrument.
#[derive(async_graphql::OneofObject)]
pub enum AnswersInput {
    /// SLEDAI-2K.
    Sledai(SledaiInput),
    /// BILAG-2004.
    Bilag(BilagInput),
    /// Physician's global assessment, from 0 to 3 with at most two decimals, as a string.
    Pga(String),
    /// What LLDAS asks beyond the instruments.
    LldasExtras(LldasExtrasInput),
    /// What the SELENA-SLEDAI flare index asks beyond the instruments.
    FlareExtras(FlareExtrasInput),
}

/// SLEDAI-2K: what is neither present nor unknown is absent.
#[derive(InputObject)]
pub struct SledaiInput {
    /// Codes of descriptors that are present.
    pub present: Vec<String>,
    /// Codes of descriptors that are not known.
    pub unknown: Option<Vec<String>>,
    /// Joints with pain and signs of inflammation, 0 to 68.
    pub joint_count: Option<i32>,
    /// Comments on descriptors, one a descriptor.
    pub comments: Option<Vec<SledaiCommentInput>>,
}

/// A comment on a descriptor of SLEDAI-2K.
#[derive(InputObject)]
pub struct SledaiCommentInput {
    /// The descriptor's code.
    pub code: String,
    /// The comment.
    pub text: String,
}

/// BILAG-2004: items that are not listed are 0 or no, and measurements not taken.
#[derive(InputObject)]
pub struct BilagInput {
    /// Items by number.
    pub items: Vec<BilagItemInput>,
    /// Numbers of items that were not done.
    pub not_done: Option<Vec<i32>>,
    /// Numbers of items whose values lupus does not explain.
    pub not_due_to_sle: Option<Vec<i32>>,
}

/// The answer to one item of BILAG-2004.
#[derive(InputObject)]
pub struct BilagItemInput {
    /// The item's number, 1 to 97.
    pub number: i32,
    /// A score from 0 to 4.
    pub score: Option<i32>,
    /// A measurement in the item's unit, as a decimal string.
    pub value: Option<String>,
    /// Yes or no.
    pub yes: Option<bool>,
}

/// What LLDAS asks beyond the instruments. Left out is not assessed.
#[derive(InputObject)]
pub struct LldasExtrasInput {
    /// Haemolytic anaemia, active and due to lupus.
    pub haemolytic_anaemia: Option<bool>,
    /// Gastrointestinal involvement, active and due to lupus.
    pub gi_activity: Option<bool>,
    /// Only standard maintenance doses of antimalarials, immunosuppressants and biologics.
    pub maintenance_therapy_ok: Option<bool>,
    /// That no glucocorticoid is taken, confirmed.
    pub no_glucocorticoid_confirmed: Option<bool>,
}

/// What the SELENA-SLEDAI flare index asks beyond the instruments, since the previous assessment. Left out is not
/// assessed.
#[derive(InputObject)]
pub struct FlareExtrasInput {
    /// Admitted to hospital for lupus.
    pub hospitalised: Option<bool>,
    /// New or worse lupus of the nervous system, vasculitis, nephritis, myositis, platelets below 60 x10^9/L or
    /// haemolytic anaemia, that needed prednisone doubled or above 0.5 mg/kg a day, or admission.
    pub severe_manifestation: Option<bool>,
    /// New or worse discoid or photosensitive rash, profundus, cutaneous vasculitis, bullous lupus, nasopharyngeal
    /// ulcers, pleuritis, pericarditis, arthritis, or fever of lupus.
    pub mild_moderate_manifestation: Option<bool>,
    /// Cyclophosphamide, azathioprine, methotrexate or mycophenolate was added for activity. Left out, it is taken from
    /// the medications where one was started.
    pub new_immunosuppressant: Option<bool>,
    /// A nonsteroidal anti-inflammatory drug or hydroxychloroquine was added for activity. Left out, hydroxychloroquine
    /// is taken from the medications where it was started.
    pub new_nsaid_or_hydroxychloroquine: Option<bool>,
    /// Body weight in kilograms, 20 to 300, as a decimal string: a raised dose is told by kilogram.
    pub weight_kg: Option<String>,
}

impl AnswersInput {
    /// Where in the input the command's field of this instrument stands.
    fn place(&self) -> fn(&str) -> &'static [&'static str] {
        match self {
            AnswersInput::Sledai(_) => |field| match field {
                "jointCount" => &["answers", "sledai", "jointCount"],
                "comments" => &["answers", "sledai", "comments"],
                _ => &["answers", "sledai", "present"],
            },
            AnswersInput::Bilag(_) => |field| match field {
                "notDueToSle" => &["answers", "bilag", "notDueToSle"],
                _ => &["answers", "bilag", "items"],
            },
            AnswersInput::Pga(_) => |_| &["answers", "pga"],
            AnswersInput::LldasExtras(_) => |_| &["answers", "lldasExtras"],
            AnswersInput::FlareExtras(_) => |_| &["answers", "flareExtras", "weightKg"],
        }
    }

    /// The items as the command takes them, and what names a refused one by its place in this input.
    pub(super) fn taken(self) -> (AssessmentItems, impl FnOnce(Done) -> Done) {
        let place = self.place();
        let named = move |mut done: Done| {
            for refusal in &mut done.refusals {
                if let Some(field @ ("items" | "jointCount" | "notDueToSle" | "comments")) =
                    refusal.field.first().map(String::as_str)
                {
                    refusal.field = place(field).iter().map(|it| (*it).to_owned()).collect();
                }
            }
            done
        };
        (self.into(), named)
    }
}

fn numbers(numbers: Option<Vec<i32>>) -> Vec<i64> {
    numbers.unwrap_or_default().into_iter().map(i64::from).collect()
}

impl From<BilagItemInput> for BilagEntry {
    fn from(input: BilagItemInput) -> BilagEntry {
        let value = match (input.score, input.value, input.yes) {
            (Some(score), None, None) => BilagValue::Score(score.into()),
            (None, Some(value), None) => BilagValue::Number(value),
            (None, None, Some(yes)) => BilagValue::YesNo(yes),
            // None or several at once is no answer to any item: the form refuses this score by the item's name.
            _ => BilagValue::Score(-1),
        };
        BilagEntry { number: input.number.into(), value }
    }
}

impl From<AnswersInput> for AssessmentItems {
    fn from(input: AnswersInput) -> AssessmentItems {
        match input {
            AnswersInput::Sledai(it) => AssessmentItems::commented(
                it.present,
                it.unknown.unwrap_or_default(),
                it.joint_count.map(i64::from),
                it.comments
                    .unwrap_or_default()
                    .into_iter()
                    .map(|comment| SledaiComment { code: comment.code, text: comment.text })
                    .collect(),
            ),
            AnswersInput::Bilag(it) => AssessmentItems::bilag(
                it.items.into_iter().map(Into::into).collect(),
                numbers(it.not_done),
                numbers(it.not_due_to_sle),
            ),
            AnswersInput::Pga(value) => AssessmentItems::Pga { value },
            AnswersInput::LldasExtras(it) => AssessmentItems::LldasExtras(study::instrument::LldasExtras {
                haemolytic_anaemia: it.haemolytic_anaemia,
                gi_activity: it.gi_activity,
                maintenance_therapy_ok: it.maintenance_therapy_ok,
                no_glucocorticoid_confirmed: it.no_glucocorticoid_confirmed,
            }),
            AnswersInput::FlareExtras(it) => AssessmentItems::FlareExtras(FlareAnswers {
                hospitalised: it.hospitalised,
                severe_manifestation: it.severe_manifestation,
                mild_moderate_manifestation: it.mild_moderate_manifestation,
                new_immunosuppressant: it.new_immunosuppressant,
                new_nsaid_or_hydroxychloroquine: it.new_nsaid_or_hydroxychloroquine,
                weight_kg: it.weight_kg,
            }),
        }
    }
}

/// What recordAssessment needs.
#[derive(InputObject)]
pub struct RecordAssessmentInput {
    /// Idempotency key: the same key with the same input is answered once and written once. 1 to 255 characters.
    key: String,
    /// The visit.
    visit: ID,
    /// The day that it speaks of; the visit's unless given.
    assessed_on: Option<Date>,
    /// Who assessed, by user name; the caller unless given.
    assessor: Option<String>,
    /// The answers.
    answers: AnswersInput,
}

payload! {
    /// What came of the act.
    RecordAssessmentPayload as "RecordAssessmentPayload" {
        /// The assessment.
        assessment: Assessment = |view, row| view.assessment_by_row(row).map(Assessment)
    }
}

/// One mutation.
#[derive(Default)]
pub struct RecordAssessment;

#[Object]
impl RecordAssessment {
    /// Record an instrument filled in at a visit. A refusal is data: nothing was written.
    #[graphql(tag = "Envelope")]
    async fn record_assessment(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "What the act needs.")] input: RecordAssessmentInput,
    ) -> Option<Result<Now<RecordAssessmentPayload>>> {
        Some(act(cx, input).await.map(|done| Now(RecordAssessmentPayload(done))).map_err(Into::into))
    }
}

async fn act(cx: &Context<'_>, input: RecordAssessmentInput) -> Result<Done, Failure> {
    let acting = Acting::begin(cx, &input.visit, input.key)?;
    let (items, named) = input.answers.taken();
    let visit = acting.row(NodeKind::Visit, &input.visit);
    let command = command::conduct::RecordAssessment {
        subject: acting.subject_of(visit).await?,
        visit,
        assessed_on: input.assessed_on.map(|day| day.0),
        assessor: input.assessor,
        items,
    };
    acting.decide(Box::new(command)).await.map(named)
}
