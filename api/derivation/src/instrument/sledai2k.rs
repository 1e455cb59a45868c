//! SLEDAI-2K: 24 descriptors, each present with its full weight or absent; 0 to 105.
//!
//! Sources: Bombardier 1992; Gladman 2002; Touma 2010 (30-day window). A descriptor is recorded present only when the
//! investigator attributes it to active lupus.

use crate::rule::{Rule, Version};
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "sledai2k",
    name: "SLEDAI-2K score",
    versions: &[Version {
        version: "1",
        what: "Weights of SLEDAI-2K; an unknown descriptor leaves the total open between two bounds.",
    }],
};

/// One of the 24 descriptors, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Descriptor {
    /// Recent onset; metabolic, infectious and drug causes excluded.
    Seizure,
    /// Severe disturbance in the perception of reality; uraemia and drugs excluded.
    Psychosis,
    /// Altered mental function of quick onset and fluctuating course; other causes excluded.
    OrganicBrainSyndrome,
    /// Retinal change of lupus; hypertension, infection and drugs excluded.
    VisualDisturbance,
    /// New sensory or motor neuropathy of cranial nerves.
    CranialNerveDisorder,
    /// Severe persistent headache that does not respond to narcotic analgesia.
    LupusHeadache,
    /// New stroke; arteriosclerosis excluded.
    Cva,
    /// Ulceration, gangrene, tender finger nodules, periungual infarct, splinter haemorrhages, or proof by biopsy or angiogram.
    Vasculitis,
    /// At least two joints with pain and signs of inflammation.
    Arthritis,
    /// Proximal ache or weakness with raised muscle enzymes, electromyogram change or biopsy.
    Myositis,
    /// Heme-granular or red-cell casts.
    UrinaryCasts,
    /// More than 5 red cells per high-power field; stone, infection and other causes excluded.
    Hematuria,
    /// More than 0.5 g in 24 hours; persistent counts.
    Proteinuria,
    /// More than 5 white cells per high-power field; infection excluded.
    Pyuria,
    /// Inflammatory rash; persistent counts.
    Rash,
    /// Abnormal patchy or diffuse loss of hair; persistent counts.
    Alopecia,
    /// Oral or nasal ulcers; persistent counts.
    MucosalUlcers,
    /// Pleuritic pain with rub, effusion or pleural thickening.
    Pleurisy,
    /// Pericardial pain with rub, effusion, or confirmation by electrocardiogram or echocardiogram.
    Pericarditis,
    /// CH50, C3 or C4 below the laboratory's lower limit.
    LowComplement,
    /// Anti-dsDNA above the laboratory's normal range.
    IncreasedDnaBinding,
    /// Above 38.0 degrees Celsius; infection excluded.
    Fever,
    /// Platelets below 100 x10^9/L; drug causes excluded.
    Thrombocytopenia,
    /// White cells below 3 x10^9/L; drug causes excluded.
    Leukopenia,
}

/// The body system that a descriptor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DescriptorSystem {
    /// Central nervous system.
    CentralNervous,
    /// Vessels.
    Vascular,
    /// Joints and muscles.
    Musculoskeletal,
    /// Kidneys.
    Renal,
    /// Skin and mucous membranes.
    Skin,
    /// Pleura and pericardium.
    Cardiopulmonary,
    /// Serology.
    Immunological,
    /// Fever.
    Constitutional,
    /// Blood cells.
    Haematological,
}

impl DescriptorSystem {
    /// All systems, in the order of the form.
    pub const ALL: [DescriptorSystem; 9] = {
        use DescriptorSystem::*;
        [
            CentralNervous,
            Vascular,
            Musculoskeletal,
            Renal,
            Skin,
            Cardiopulmonary,
            Immunological,
            Constitutional,
            Haematological,
        ]
    };
}

/// What LLDAS calls major organ activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MajorOrgan {
    /// Central nervous system.
    CentralNervous,
    /// Vasculitis.
    Vasculitis,
    /// Kidneys.
    Renal,
    /// Pleura and pericardium.
    Cardiopulmonary,
    /// Fever.
    Fever,
}

impl Descriptor {
    /// All 24, in the order of the form.
    pub const ALL: [Descriptor; 24] = {
        use Descriptor::*;
        [
            Seizure,
            Psychosis,
            OrganicBrainSyndrome,
            VisualDisturbance,
            CranialNerveDisorder,
            LupusHeadache,
            Cva,
            Vasculitis,
            Arthritis,
            Myositis,
            UrinaryCasts,
            Hematuria,
            Proteinuria,
            Pyuria,
            Rash,
            Alopecia,
            MucosalUlcers,
            Pleurisy,
            Pericarditis,
            LowComplement,
            IncreasedDnaBinding,
            Fever,
            Thrombocytopenia,
            Leukopenia,
        ]
    };

    /// The place on the form, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The stable name, for example `low_complement`.
    pub const fn code(self) -> &'static str {
        match self {
            Descriptor::Seizure => "seizure",
            Descriptor::Psychosis => "psychosis",
            Descriptor::OrganicBrainSyndrome => "organic_brain_syndrome",
            Descriptor::VisualDisturbance => "visual_disturbance",
            Descriptor::CranialNerveDisorder => "cranial_nerve_disorder",
            Descriptor::LupusHeadache => "lupus_headache",
            Descriptor::Cva => "cva",
            Descriptor::Vasculitis => "vasculitis",
            Descriptor::Arthritis => "arthritis",
            Descriptor::Myositis => "myositis",
            Descriptor::UrinaryCasts => "urinary_casts",
            Descriptor::Hematuria => "hematuria",
            Descriptor::Proteinuria => "proteinuria",
            Descriptor::Pyuria => "pyuria",
            Descriptor::Rash => "rash",
            Descriptor::Alopecia => "alopecia",
            Descriptor::MucosalUlcers => "mucosal_ulcers",
            Descriptor::Pleurisy => "pleurisy",
            Descriptor::Pericarditis => "pericarditis",
            Descriptor::LowComplement => "low_complement",
            Descriptor::IncreasedDnaBinding => "increased_dna_binding",
            Descriptor::Fever => "fever",
            Descriptor::Thrombocytopenia => "thrombocytopenia",
            Descriptor::Leukopenia => "leukopenia",
        }
    }

    /// The descriptor of a stable name.
    pub fn from_code(code: &str) -> Option<Descriptor> {
        Descriptor::ALL.into_iter().find(|descriptor| descriptor.code() == code)
    }

    /// What it adds to the total when present.
    pub const fn weight(self) -> u8 {
        match self.system() {
            DescriptorSystem::CentralNervous | DescriptorSystem::Vascular => 8,
            DescriptorSystem::Musculoskeletal | DescriptorSystem::Renal => 4,
            DescriptorSystem::Skin | DescriptorSystem::Cardiopulmonary | DescriptorSystem::Immunological => 2,
            DescriptorSystem::Constitutional | DescriptorSystem::Haematological => 1,
        }
    }

    /// The body system that it belongs to.
    pub const fn system(self) -> DescriptorSystem {
        use Descriptor::*;
        match self {
            Seizure | Psychosis | OrganicBrainSyndrome | VisualDisturbance | CranialNerveDisorder
            | LupusHeadache | Cva => DescriptorSystem::CentralNervous,
            Vasculitis => DescriptorSystem::Vascular,
            Arthritis | Myositis => DescriptorSystem::Musculoskeletal,
            UrinaryCasts | Hematuria | Proteinuria | Pyuria => DescriptorSystem::Renal,
            Rash | Alopecia | MucosalUlcers => DescriptorSystem::Skin,
            Pleurisy | Pericarditis => DescriptorSystem::Cardiopulmonary,
            LowComplement | IncreasedDnaBinding => DescriptorSystem::Immunological,
            Fever => DescriptorSystem::Constitutional,
            Thrombocytopenia | Leukopenia => DescriptorSystem::Haematological,
        }
    }

    /// Whether it counts in the clinical score: all but the two serological ones.
    pub const fn is_clinical(self) -> bool {
        !matches!(self, Descriptor::LowComplement | Descriptor::IncreasedDnaBinding)
    }

    /// Which major organ of LLDAS it stands for, if any.
    pub const fn major_organ(self) -> Option<MajorOrgan> {
        match self.system() {
            DescriptorSystem::CentralNervous => Some(MajorOrgan::CentralNervous),
            DescriptorSystem::Vascular => Some(MajorOrgan::Vasculitis),
            DescriptorSystem::Renal => Some(MajorOrgan::Renal),
            DescriptorSystem::Cardiopulmonary => Some(MajorOrgan::Cardiopulmonary),
            DescriptorSystem::Constitutional => Some(MajorOrgan::Fever),
            DescriptorSystem::Musculoskeletal
            | DescriptorSystem::Skin
            | DescriptorSystem::Immunological
            | DescriptorSystem::Haematological => None,
        }
    }

    /// Whether LLDAS counts it as major organ activity.
    pub const fn is_major_organ(self) -> bool {
        self.major_organ().is_some()
    }
}

/// One assessment: each descriptor present, absent, or unknown (`None`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sledai2k {
    /// By [`Descriptor::index`].
    pub items: [Option<bool>; 24],
}

/// The highest total.
pub const MAXIMUM: u8 = 105;

impl Sledai2k {
    /// Whether a descriptor is present; none when unknown.
    pub fn item(&self, descriptor: Descriptor) -> Option<bool> {
        self.items[descriptor.index()]
    }

    /// Scores what is known and bounds what is not.
    pub fn score(&self) -> Score {
        let mut score = Score {
            total: None,
            clinical_total: None,
            lower: 0,
            upper: 0,
            complete: true,
            major_organ_activity: Some(false),
            subtotals: DescriptorSystem::ALL.map(Subtotal::empty),
        };
        let mut clinical = Some(0);
        for descriptor in Descriptor::ALL {
            let (item, weight) = (self.item(descriptor), descriptor.weight());
            let (low, high) = (contribution(item, false, weight), contribution(item, true, weight));
            score.lower += low;
            score.upper += high;
            score.complete &= item.is_some();
            score.subtotals[descriptor.system() as usize].add(low, high);
            if descriptor.is_clinical() {
                clinical = clinical.zip(item).map(|(sum, _)| sum + low);
            }
            if descriptor.is_major_organ() {
                score.major_organ_activity = or(score.major_organ_activity, item);
            }
        }
        score.clinical_total = clinical;
        score.total = score.complete.then_some(score.lower);
        score
    }
}

/// An item's points when an unknown one is taken as `unknown`.
fn contribution(item: Option<bool>, unknown: bool, weight: u8) -> u8 {
    if item.unwrap_or(unknown) { weight } else { 0 }
}

fn or(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        (None, _) | (_, None) => None,
    }
}

/// What an assessment scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// 0 to 105; none when any descriptor is unknown.
    pub total: Option<u8>,
    /// Without serology, 0 to 101; none when a clinical descriptor is unknown.
    pub clinical_total: Option<u8>,
    /// The total with the unknown taken as absent.
    pub lower: u8,
    /// The total with the unknown taken as present.
    pub upper: u8,
    /// Whether all 24 descriptors are known.
    pub complete: bool,
    /// Whether a major organ of LLDAS is active; none when none is present and one is unknown.
    pub major_organ_activity: Option<bool>,
    /// The points of each body system.
    pub subtotals: [Subtotal; 9],
}

impl Score {
    /// The score of an assessment of which nothing but the total came across.
    ///
    /// None when the total is above 105.
    pub fn of_total(total: u8) -> Option<Score> {
        (total <= MAXIMUM).then(|| Score {
            total: Some(total),
            clinical_total: None,
            lower: total,
            upper: total,
            complete: true,
            major_organ_activity: None,
            subtotals: DescriptorSystem::ALL.map(|system| Subtotal {
                system,
                lower: 0,
                upper: maximum_of(system),
            }),
        })
    }
}

fn maximum_of(system: DescriptorSystem) -> u8 {
    Descriptor::ALL.iter().filter(|descriptor| descriptor.system() == system).map(|one| one.weight()).sum()
}

/// The points of one body system, between two bounds that agree when all of its descriptors are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Subtotal {
    /// The body system.
    pub system: DescriptorSystem,
    /// With the unknown taken as absent.
    pub lower: u8,
    /// With the unknown taken as present.
    pub upper: u8,
}

impl Subtotal {
    fn empty(system: DescriptorSystem) -> Subtotal {
        Subtotal { system, lower: 0, upper: 0 }
    }

    fn add(&mut self, low: u8, high: u8) {
        self.lower += low;
        self.upper += high;
    }

    /// The points, when known.
    pub fn value(&self) -> Option<u8> {
        (self.lower == self.upper).then_some(self.lower)
    }
}
