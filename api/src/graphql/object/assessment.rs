//! Assessments: one instrument filled in at a visit.

use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedText};
use super::node::Node;
use super::rule::RuleVersion;
use super::visit::Visit;
use crate::graphql::scalar::{Decimal, Id, Revision};
use crate::graphql::term::Coded;
use derivation::instrument::sledai2k;
use objects::object;
use policy::DataGroup;
use study::derived::Suggestion;
use study::instrument::{BilagItem, Items, descriptors, item};
use study::terms::Instrument;
use study::view::{AssessmentView, Shown, SubjectView};

/// One instrument filled in at a visit.
#[object(name = "Assessment", implements("Node"))]
impl<'v> Assessment<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The instrument.
    #[group(Efficacy)]
    fn instrument(&self) -> Option<Coded<Instrument>> {
        Some(Coded(self.0.instrument()))
    }
    /// The day that the assessment speaks of.
    #[group(Efficacy)]
    fn assessed_on(&self) -> MaskedDate {
        MaskedDate(self.0.assessed_on())
    }
    /// The visit at which it was filled in.
    #[group(Visits)]
    fn visit(&self) -> Option<Visit<'v>> {
        self.0.visit().map(Visit)
    }
    /// Descriptors of SLEDAI-2K; none for another instrument.
    #[group(Efficacy)]
    fn sledai(&self) -> Option<Vec<SledaiItem>> {
        let Items::Sledai(held) = self.0.items() else { return None };
        let items = descriptors().zip(held.items.0);
        let item =
            |(code, present)| SledaiItem { code, present, comment: self.0.comment(code).map(str::to_owned) };
        Some(items.map(item).collect())
    }
    /// What laboratory results around the day and the joint count suggest for descriptors of SLEDAI-2K. Never a score: the
    /// investigator attributes, and a difference is a query. Null for another instrument, and for whoever reads no results.
    #[group(Efficacy)]
    #[complexity(list = 7)]
    fn suggestions(&self) -> Option<Vec<SledaiSuggestion<'v>>> {
        let subject = self.0.subject();
        let all = self.0.suggestions()?.into_iter();
        Some(all.map(|held| SledaiSuggestion { subject, held }).collect())
    }
    /// Joints with pain and signs of inflammation, as counted for SLEDAI-2K.
    #[group(Efficacy)]
    fn joint_count(&self) -> Option<i32> {
        let Items::Sledai(held) = self.0.items() else { return None };
        held.joint_count.and_then(|count| i32::try_from(count).ok())
    }
    /// Items of BILAG-2004 that were recorded; none for another instrument.
    #[group(Efficacy)]
    fn bilag(&self) -> Option<Vec<BilagEntry>> {
        let Items::Bilag(held) = self.0.items() else { return None };
        let places = (1_u8..).zip(held.items.0);
        let recorded = places.filter_map(|(number, value)| {
            let due_to_sle = !held.not_due_to_sle.contains(&number);
            Some(BilagEntry { number, value: value?, due_to_sle })
        });
        Some(recorded.collect())
    }
    /// Physician's global assessment on the scale from 0.00 to 3.00; none for another instrument.
    #[group(Efficacy)]
    fn pga(&self) -> Option<Decimal> {
        let Items::Pga(held) = self.0.items() else { return None };
        Some(Decimal::hundredths(held.pga_hundredths))
    }
    /// What LLDAS asks beyond the instruments; none for another instrument.
    #[group(Efficacy)]
    fn lldas_extras(&self) -> Option<LldasExtras> {
        let Items::LldasExtras(held) = self.0.items() else { return None };
        Some(LldasExtras(held.clone()))
    }
    /// What the SELENA-SLEDAI flare index asks beyond the instruments; none for another instrument.
    #[group(Efficacy)]
    fn flare_extras(&self) -> Option<FlareExtras> {
        let Items::FlareExtras(held) = self.0.items() else { return None };
        Some(FlareExtras(held.flare))
    }
    /// Revision of the assessment's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// An assessment.
pub struct Assessment<'v>(pub AssessmentView<'v>);

gated_by_subject!(Assessment);

/// A descriptor of SLEDAI-2K as recorded.
#[object(name = "SledaiItem", gate = open)]
impl SledaiItem {
    /// The descriptor's code, for example `arthritis`.
    #[group(Envelope)]
    fn code(&self) -> &str {
        self.code
    }
    /// Whether it is present; none when not known.
    #[group(Envelope)]
    fn present(&self) -> Option<bool> {
        self.present
    }
    /// What was noted on it.
    #[group(Envelope)]
    fn comment(&self) -> MaskedText {
        MaskedText(self.comment.clone())
    }
}

/// A descriptor of SLEDAI-2K.
pub struct SledaiItem {
    code: &'static str,
    present: Option<bool>,
    comment: Shown<String>,
}

/// What is suggested for a descriptor of SLEDAI-2K.
#[object(name = "SledaiSuggestion", gate = open)]
impl<'v> SledaiSuggestion<'v> {
    /// The descriptor's code, for example `low_complement`.
    #[group(Envelope)]
    fn code(&self) -> &str {
        self.held.descriptor.code()
    }
    /// Whether it is suggested to be present.
    #[group(Envelope)]
    fn suggested(&self) -> bool {
        self.held.suggested
    }
    /// How it was scored; null when it was left open.
    #[group(Envelope)]
    fn scored(&self) -> Option<bool> {
        self.held.scored
    }
    /// Whether it was scored otherwise than suggested.
    #[group(Envelope)]
    fn differs(&self) -> bool {
        self.held.differs()
    }
    /// The results that it rests on; the assessment for what stands on its form.
    #[group(Envelope)]
    fn evidence(&self) -> Vec<Node<'v>> {
        Node::all(self.subject, &self.held.evidence)
    }
    /// The rule of the instrument, whose parameters decide.
    #[group(Envelope)]
    fn rule(&self) -> RuleVersion {
        RuleVersion(self.subject.rule(&sledai2k::RULE))
    }
}

/// A suggestion.
pub struct SledaiSuggestion<'v> {
    subject: SubjectView<'v>,
    held: Suggestion,
}

/// An item of BILAG-2004 as recorded.
#[object(name = "BilagItem", gate = open)]
impl BilagEntry {
    /// The item's number on the form of 2009, 1 to 97.
    #[group(Envelope)]
    fn number(&self) -> i32 {
        i32::from(self.number)
    }
    /// The item's name.
    #[group(Envelope)]
    fn name(&self) -> &str {
        item(self.number).map_or("", |item| item.name)
    }
    /// 0 absent, 1 improving, 2 same, 3 worse, 4 new; none when the item is a measurement or yes/no.
    #[group(Envelope)]
    fn score(&self) -> Option<i32> {
        if let BilagItem::Score(score) = self.value { Some(i32::from(score)) } else { None }
    }
    /// The measurement in the item's unit.
    #[group(Envelope)]
    fn value(&self) -> Option<Decimal> {
        if let BilagItem::Number(number) = self.value { Some(Decimal(number)) } else { None }
    }
    /// Yes or no.
    #[group(Envelope)]
    fn yes(&self) -> Option<bool> {
        if let BilagItem::YesNo(yes) = self.value { Some(yes) } else { None }
    }
    /// Whether lupus explains the value; if not it counts for no grade.
    #[group(Envelope)]
    fn due_to_sle(&self) -> bool {
        self.due_to_sle
    }
}

/// An item of BILAG-2004.
pub struct BilagEntry {
    number: u8,
    value: BilagItem,
    due_to_sle: bool,
}

/// What LLDAS asks beyond the instruments. Null where it was not assessed.
#[object(name = "LldasExtras", gate = open)]
impl LldasExtras {
    /// Haemolytic anaemia, active and due to lupus.
    #[group(Envelope)]
    fn haemolytic_anaemia(&self) -> Option<bool> {
        self.0.haemolytic_anaemia
    }
    /// Gastrointestinal involvement, active and due to lupus.
    #[group(Envelope)]
    fn gi_activity(&self) -> Option<bool> {
        self.0.gi_activity
    }
    /// Only standard maintenance doses of antimalarials, immunosuppressants and biologics.
    #[group(Envelope)]
    fn maintenance_therapy_ok(&self) -> Option<bool> {
        self.0.maintenance_therapy_ok
    }
    /// That no glucocorticoid is taken, confirmed.
    #[group(Envelope)]
    fn no_glucocorticoid_confirmed(&self) -> Option<bool> {
        self.0.no_glucocorticoid_confirmed
    }
}

/// What LLDAS asks beyond the instruments.
pub struct LldasExtras(pub study::instrument::LldasExtras);

/// What the SELENA-SLEDAI flare index asks beyond the instruments, since the previous assessment. Null where it was not
/// assessed.
#[object(name = "FlareExtras", gate = open)]
impl FlareExtras {
    /// Admitted to hospital for lupus.
    #[group(Envelope)]
    fn hospitalised(&self) -> Option<bool> {
        self.0.hospitalised
    }
    /// A severe manifestation was new or worse and needed the treatment that the index names.
    #[group(Envelope)]
    fn severe_manifestation(&self) -> Option<bool> {
        self.0.severe_manifestation
    }
    /// A manifestation of the mild or moderate list was new or worse.
    #[group(Envelope)]
    fn mild_moderate_manifestation(&self) -> Option<bool> {
        self.0.mild_moderate_manifestation
    }
    /// An immunosuppressant was added for activity.
    #[group(Envelope)]
    fn new_immunosuppressant(&self) -> Option<bool> {
        self.0.new_immunosuppressant
    }
    /// A nonsteroidal anti-inflammatory drug or hydroxychloroquine was added for activity.
    #[group(Envelope)]
    fn new_nsaid_or_hydroxychloroquine(&self) -> Option<bool> {
        self.0.new_nsaid_or_hydroxychloroquine
    }
    /// Body weight in kilograms.
    #[group(Envelope)]
    fn weight_kg(&self) -> Option<Decimal> {
        self.0.weight_kg.map(Decimal)
    }
}

/// What the SELENA-SLEDAI flare index asks beyond the instruments.
pub struct FlareExtras(pub study::instrument::FlareExtras);
