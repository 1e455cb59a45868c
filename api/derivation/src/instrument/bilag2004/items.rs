//! The 97 items of the form (revision 2009): number, name, what is recorded, and within which limits.

use super::System::{self, *};
use rust_decimal::Decimal;

/// What is recorded for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// 0 absent, 1 improving, 2 same, 3 worse, 4 new.
    Score,
    /// Yes or no.
    YesNo,
    /// A measurement of 0 or more.
    Number {
        /// The unit, for example `mg/mmol`.
        unit: &'static str,
        /// Above this a value is taken for a slip of the pen or of the unit, never stored.
        maximum: u32,
    },
}

/// One item of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// 1 to 97.
    pub number: u8,
    /// The system that it grades.
    pub system: System,
    /// The name on the form, condensed.
    pub name: &'static str,
    /// What is recorded.
    pub kind: ItemKind,
}

impl Item {
    /// Whether a value of the item may be marked as not due to lupus (systems 8 and 9).
    pub fn may_be_not_due_to_sle(&self) -> bool {
        matches!(self.system, Renal | Haematological)
    }

    /// Whether a measurement lies within the limits; always for the other kinds.
    pub fn admits(&self, value: Decimal) -> bool {
        match self.kind {
            ItemKind::Number { maximum, .. } => value >= Decimal::ZERO && value <= Decimal::from(maximum),
            ItemKind::Score | ItemKind::YesNo => true,
        }
    }

    /// What is asked for, in words, for a refusal that says what would be right.
    pub fn asks_for(&self) -> String {
        match self.kind {
            ItemKind::Score => "a whole number from 0 to 4".to_owned(),
            ItemKind::YesNo => "true or false".to_owned(),
            ItemKind::Number { unit, maximum } => format!("a decimal from 0 to {maximum} in {unit}"),
        }
    }
}

/// The item of a number; none outside 1 to 97.
pub fn item(number: u8) -> Option<&'static Item> {
    TABLE.get(usize::from(number).checked_sub(1)?)
}

/// The items of a system, in the order of the form.
pub fn of_system(system: System) -> impl Iterator<Item = &'static Item> {
    TABLE.iter().filter(move |item| item.system == system)
}

const fn score(number: u8, system: System, name: &'static str) -> Item {
    Item { number, system, name, kind: ItemKind::Score }
}

const fn yes_no(number: u8, system: System, name: &'static str) -> Item {
    Item { number, system, name, kind: ItemKind::YesNo }
}

const fn number(number: u8, system: System, name: &'static str, unit: &'static str, maximum: u32) -> Item {
    Item { number, system, name, kind: ItemKind::Number { unit, maximum } }
}

/// The form, item n at place n - 1.
pub static TABLE: [Item; super::ITEMS] = [
    score(1, Constitutional, "Pyrexia documented > 37.5 C"),
    score(2, Constitutional, "Unintentional weight loss > 5%"),
    score(3, Constitutional, "Lymphadenopathy or splenomegaly"),
    score(4, Constitutional, "Anorexia"),
    score(5, Mucocutaneous, "Skin eruption severe"),
    score(6, Mucocutaneous, "Skin eruption mild"),
    score(7, Mucocutaneous, "Angio-oedema severe"),
    score(8, Mucocutaneous, "Angio-oedema mild"),
    score(9, Mucocutaneous, "Mucosal ulceration severe"),
    score(10, Mucocutaneous, "Mucosal ulceration mild"),
    score(11, Mucocutaneous, "Panniculitis or bullous lupus severe"),
    score(12, Mucocutaneous, "Panniculitis or bullous lupus mild"),
    score(13, Mucocutaneous, "Major cutaneous vasculitis or thrombosis"),
    score(14, Mucocutaneous, "Digital infarcts or nodular vasculitis"),
    score(15, Mucocutaneous, "Alopecia severe"),
    score(16, Mucocutaneous, "Alopecia mild"),
    score(17, Mucocutaneous, "Peri-ungual erythema or chilblains"),
    score(18, Mucocutaneous, "Splinter haemorrhages"),
    score(19, Neuropsychiatric, "Aseptic meningitis"),
    score(20, Neuropsychiatric, "Cerebral vasculitis"),
    score(21, Neuropsychiatric, "Demyelinating syndrome"),
    score(22, Neuropsychiatric, "Myelopathy"),
    score(23, Neuropsychiatric, "Acute confusional state"),
    score(24, Neuropsychiatric, "Psychosis"),
    score(25, Neuropsychiatric, "Acute inflammatory demyelinating polyradiculoneuropathy"),
    score(26, Neuropsychiatric, "Mononeuropathy (single or multiplex)"),
    score(27, Neuropsychiatric, "Cranial neuropathy"),
    score(28, Neuropsychiatric, "Plexopathy"),
    score(29, Neuropsychiatric, "Polyneuropathy"),
    score(30, Neuropsychiatric, "Seizure disorder"),
    score(31, Neuropsychiatric, "Status epilepticus"),
    score(32, Neuropsychiatric, "Cerebrovascular disease not due to vasculitis"),
    score(33, Neuropsychiatric, "Cognitive dysfunction"),
    score(34, Neuropsychiatric, "Movement disorder"),
    score(35, Neuropsychiatric, "Autonomic disorder"),
    score(36, Neuropsychiatric, "Cerebellar ataxia (isolated)"),
    score(37, Neuropsychiatric, "Lupus headache, severe unremitting"),
    score(38, Neuropsychiatric, "Headache from intracranial hypertension"),
    score(39, Musculoskeletal, "Myositis severe"),
    score(40, Musculoskeletal, "Myositis mild"),
    score(41, Musculoskeletal, "Arthritis severe"),
    score(42, Musculoskeletal, "Arthritis moderate or tendonitis or tenosynovitis"),
    score(43, Musculoskeletal, "Arthritis mild or arthralgia or myalgia"),
    score(44, Cardiorespiratory, "Myocarditis mild"),
    score(45, Cardiorespiratory, "Myocarditis or endocarditis with cardiac failure"),
    score(46, Cardiorespiratory, "Arrhythmia"),
    score(47, Cardiorespiratory, "New valvular dysfunction"),
    score(48, Cardiorespiratory, "Pleurisy or pericarditis"),
    score(49, Cardiorespiratory, "Cardiac tamponade"),
    score(50, Cardiorespiratory, "Pleural effusion with dyspnoea"),
    score(51, Cardiorespiratory, "Pulmonary haemorrhage or vasculitis"),
    score(52, Cardiorespiratory, "Interstitial alveolitis or pneumonitis"),
    score(53, Cardiorespiratory, "Shrinking lung syndrome"),
    score(54, Cardiorespiratory, "Aortitis"),
    score(55, Cardiorespiratory, "Coronary vasculitis"),
    score(56, Gastrointestinal, "Lupus peritonitis"),
    score(57, Gastrointestinal, "Abdominal serositis or ascites"),
    score(58, Gastrointestinal, "Lupus enteritis or colitis"),
    score(59, Gastrointestinal, "Malabsorption"),
    score(60, Gastrointestinal, "Protein-losing enteropathy"),
    score(61, Gastrointestinal, "Intestinal pseudo-obstruction"),
    score(62, Gastrointestinal, "Lupus hepatitis"),
    score(63, Gastrointestinal, "Acute lupus cholecystitis"),
    score(64, Gastrointestinal, "Acute lupus pancreatitis"),
    score(65, Ophthalmic, "Orbital inflammation or myositis or proptosis"),
    score(66, Ophthalmic, "Keratitis severe"),
    score(67, Ophthalmic, "Keratitis mild"),
    score(68, Ophthalmic, "Anterior uveitis"),
    score(69, Ophthalmic, "Posterior uveitis or retinal vasculitis severe"),
    score(70, Ophthalmic, "Posterior uveitis or retinal vasculitis mild"),
    score(71, Ophthalmic, "Episcleritis"),
    score(72, Ophthalmic, "Scleritis severe"),
    score(73, Ophthalmic, "Scleritis mild"),
    score(74, Ophthalmic, "Retinal or choroidal vaso-occlusive disease"),
    score(75, Ophthalmic, "Isolated cotton-wool spots (cytoid bodies)"),
    score(76, Ophthalmic, "Optic neuritis"),
    score(77, Ophthalmic, "Anterior ischaemic optic neuropathy"),
    number(78, Renal, "Systolic blood pressure", "mmHg", 400),
    number(79, Renal, "Diastolic blood pressure", "mmHg", 300),
    yes_no(80, Renal, "Accelerated hypertension"),
    number(81, Renal, "Urine dipstick protein", "plusses", 4),
    number(82, Renal, "Urine albumin to creatinine ratio", "mg/mmol", 10_000),
    number(83, Renal, "Urine protein to creatinine ratio", "mg/mmol", 10_000),
    number(84, Renal, "24-hour urine protein", "g/24 h", 100),
    yes_no(85, Renal, "Nephrotic syndrome"),
    number(86, Renal, "Plasma or serum creatinine", "umol/L", 10_000),
    number(87, Renal, "Glomerular filtration rate", "ml/min/1.73 m2", 300),
    yes_no(88, Renal, "Active urinary sediment"),
    yes_no(89, Renal, "Histologically active nephritis within 3 months"),
    number(90, Haematological, "Haemoglobin", "g/dL", 30),
    number(91, Haematological, "Total white cells", "10^9/L", 1_000),
    number(92, Haematological, "Neutrophils", "10^9/L", 1_000),
    number(93, Haematological, "Lymphocytes", "10^9/L", 1_000),
    number(94, Haematological, "Platelets", "10^9/L", 5_000),
    score(95, Haematological, "Thrombotic thrombocytopenic purpura"),
    yes_no(96, Haematological, "Evidence of active haemolysis"),
    yes_no(97, Haematological, "Coombs' test positive, isolated"),
];
