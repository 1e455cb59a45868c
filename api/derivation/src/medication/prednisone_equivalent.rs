//! Prednisone equivalent: the average daily glucocorticoid dose over a window of days.
//!
//! Factors are exact fractions. Doses are added exactly and never rounded before they are compared with a limit.
//! Unknown is not zero: a record without its dose leaves the average unknown.
//!
//! Partial dates come in as the earliest possible start and the latest possible end.

use crate::rule::{Rule, Version};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

pub use super::steroid_record::{Drug, Frequency, Purpose, Route, SteroidRecord};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "prednisone_equivalent",
    name: "Prednisone equivalent",
    versions: &[Version {
        version: "1",
        what: "Factors of Meikle and Tyler as exact fractions, averaged over the days of a window.",
    }],
};

/// A window of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub start: NaiveDate,
    /// Last day, not before the first.
    pub end: NaiveDate,
}

impl Window {
    /// The window of `days` days (at least one) that ends on a date.
    pub fn ending_on(end: NaiveDate, days: u32) -> Window {
        let back = chrono::Days::new(u64::from(days.max(1)) - 1);
        Window { start: end.checked_sub_days(back).unwrap_or(NaiveDate::MIN), end }
    }

    /// Days in it; 0 when it ends before it starts.
    pub fn days(self) -> u32 {
        u32::try_from((self.end - self.start).num_days() + 1).unwrap_or(0)
    }
}

impl SteroidRecord {
    /// Days of the course that lie in the window.
    fn overlap(&self, window: Window) -> i64 {
        let first = self.start.max(window.start);
        let last = self.last_day().map_or(window.end, |end| end.min(window.end));
        (last - first).num_days().saturating_add(1).max(0)
    }

    /// Milligrams of prednisone over so many days, or what is missing.
    fn amount(&self, days: i64, rule: &DoseRule) -> Result<Amount, UnknownDose> {
        let dose = self.dose_mg.ok_or(UnknownDose::DoseMissing)?;
        let (times, period) = match self.frequency.ok_or(UnknownDose::FrequencyMissing)? {
            Frequency::Times { times, days } => (times, days.max(1)),
            Frequency::Once => (Decimal::ONE, 1),
            Frequency::WhenNeeded => return Err(UnknownDose::FrequencyMissing),
        };
        let agreed =
            self.drug.factor().map(|(numerator, denominator)| (Decimal::from(numerator), denominator));
        let (numerator, denominator) = agreed.unwrap_or((rule.factor_of(self.drug), 1));
        let number = dose
            .checked_mul(times)
            .and_then(|mg| mg.checked_mul(Decimal::from(days)))
            .and_then(|mg| mg.checked_mul(numerator));
        let number = number.filter(|number| *number <= LARGEST).ok_or(UnknownDose::TooLarge)?;
        let divisor = denominator.checked_mul(period).ok_or(UnknownDose::TooLarge)?;
        Ok(Amount { number, divisor })
    }
}

/// No amount is larger (10^16), so that exact comparisons stay within 28 digits.
const LARGEST: Decimal = Decimal::from_parts(0x6FC1_0000, 0x0023_86F2, 0, false, 0);

/// An exact fraction: `number` / `divisor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    number: Decimal,
    divisor: u32,
}

impl Amount {
    const ZERO: Amount = Amount { number: Decimal::ZERO, divisor: 1 };

    fn add(self, other: Amount) -> Option<Amount> {
        let common = greatest_common_divisor(self.divisor, other.divisor);
        let (left, right) = (other.divisor / common, self.divisor / common);
        let number = self
            .number
            .checked_mul(Decimal::from(left))?
            .checked_add(other.number.checked_mul(Decimal::from(right))?)?;
        Some(Amount { number, divisor: self.divisor.checked_mul(left)? })
    }

    fn to_decimal(self) -> Decimal {
        self.number.checked_div(Decimal::from(self.divisor)).unwrap_or(Decimal::MAX)
    }
}

fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

/// A daily dose as an exact fraction, so that 7.5 mg is 7.5 mg and thirds stay thirds.
#[derive(Clone, Copy, Debug)]
pub struct DailyDose {
    milligrams: Decimal,
    divisor: u32,
}

impl PartialEq for DailyDose {
    fn eq(&self, other: &Self) -> bool {
        let own = self.milligrams.checked_mul(Decimal::from(other.divisor));
        own.is_some() && own == other.milligrams.checked_mul(Decimal::from(self.divisor))
    }
}

impl DailyDose {
    /// A dose known as a decimal.
    pub const fn exact(mg_per_day: Decimal) -> DailyDose {
        DailyDose { milligrams: mg_per_day, divisor: 1 }
    }

    /// None.
    pub const ZERO: DailyDose = DailyDose::exact(Decimal::ZERO);

    /// Whether it does not exceed a limit in mg/day.
    pub fn is_at_most(&self, limit: Decimal) -> bool {
        self.milligrams <= limit * Decimal::from(self.divisor)
    }

    /// Whether it is below a limit in mg/day.
    pub fn is_below(&self, limit: Decimal) -> bool {
        self.milligrams < limit * Decimal::from(self.divisor)
    }

    /// Whether it exceeds another dose by more than `more` mg/day.
    pub fn exceeds_by_more_than(&self, other: &DailyDose, more: Decimal) -> bool {
        let (own, others) = (Decimal::from(self.divisor), Decimal::from(other.divisor));
        self.milligrams * others > (other.milligrams + more * others) * own
    }

    /// The dose as a decimal of up to 28 digits, for showing.
    pub fn mg_per_day(&self) -> Decimal {
        Amount { number: self.milligrams, divisor: self.divisor }.to_decimal()
    }
}

/// Why the dose of a window is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnknownDose {
    /// A counted record in the window has no dose.
    DoseMissing,
    /// A counted record in the window has no frequency, or is given when needed.
    FrequencyMissing,
    /// No counted record touches the window, and nobody confirmed that there was none.
    NoRecord,
    /// The numbers are larger than a dose can be.
    TooLarge,
}

/// What one record adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The place of the record in the list that was given.
    pub record: usize,
    /// Days of the course inside the window.
    pub days: i64,
    /// Whether it counts: false for a local route, or premedication that the protocol leaves out.
    pub counted: bool,
    /// Milligrams of prednisone over the window; none when unknown, 0 when not counted.
    pub prednisone_mg: Option<Decimal>,
}

/// The dose over a window, with how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct PrednisoneEquivalent {
    /// Days in the window.
    pub window_days: u32,
    /// Milligrams of prednisone over the window; none when unknown.
    pub total_mg: Option<Decimal>,
    /// Total over days, exact; none when unknown.
    pub average: Option<DailyDose>,
    /// Every record that touches the window.
    pub contributions: Vec<Contribution>,
    /// Why it is unknown, with the place of the record where one is to blame.
    pub unknown: Vec<(UnknownDose, Option<usize>)>,
}

/// What the protocol and the site say about the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoseRule {
    /// The site confirmed that there was no systemic glucocorticoid beyond the records.
    pub no_other_steroid_confirmed: bool,
    /// Premedication does not count.
    pub exclude_premedication: bool,
    /// Milligrams of prednisone that one of budesonide by a counted route stands for.
    pub budesonide_factor: Decimal,
    /// Milligrams of prednisone that one of fludrocortisone stands for.
    pub fludrocortisone_factor: Decimal,
}

impl Default for DoseRule {
    /// Nothing confirmed, premedication counts, drugs without an agreed factor count as nothing.
    fn default() -> Self {
        DoseRule {
            no_other_steroid_confirmed: false,
            exclude_premedication: false,
            budesonide_factor: Decimal::ZERO,
            fludrocortisone_factor: Decimal::ZERO,
        }
    }
}

impl DoseRule {
    /// What the protocol says of a drug without an agreed factor; nothing for the others.
    fn factor_of(&self, drug: Drug) -> Decimal {
        match drug {
            Drug::Budesonide => self.budesonide_factor,
            Drug::Fludrocortisone => self.fludrocortisone_factor,
            Drug::Prednisone
            | Drug::Prednisolone
            | Drug::Methylprednisolone
            | Drug::Triamcinolone
            | Drug::Dexamethasone
            | Drug::Betamethasone
            | Drug::Hydrocortisone
            | Drug::Cortisone
            | Drug::Deflazacort => Decimal::ZERO,
        }
    }
}

/// The average daily dose over a window.
pub fn prednisone_equivalent(
    records: &[SteroidRecord],
    window: Window,
    rule: DoseRule,
) -> PrednisoneEquivalent {
    let (mut sum, mut contributions, mut unknown) = (Some(Amount::ZERO), Vec::new(), Vec::new());
    for (place, record) in records.iter().enumerate() {
        let days = record.overlap(window);
        if days == 0 {
            continue;
        }
        let left_out = rule.exclude_premedication && record.purpose == Purpose::Premedication;
        let counted = record.route.is_counted() && !left_out;
        let amount = if counted { record.amount(days, &rule) } else { Ok(Amount::ZERO) };
        if let Err(reason) = amount {
            unknown.push((reason, Some(place)));
        }
        sum = sum.zip(amount.ok()).and_then(|(sum, amount)| sum.add(amount));
        let prednisone_mg = amount.ok().map(Amount::to_decimal);
        contributions.push(Contribution { record: place, days, counted, prednisone_mg });
    }
    if !contributions.iter().any(|one| one.counted) && !rule.no_other_steroid_confirmed {
        unknown.push((UnknownDose::NoRecord, None));
    }
    let window_days = window.days();
    let average = sum.filter(|_| unknown.is_empty() && window_days > 0).and_then(|sum| {
        Some(DailyDose { milligrams: sum.number, divisor: sum.divisor.checked_mul(window_days)? })
    });
    if average.is_none() && unknown.is_empty() {
        unknown.push((UnknownDose::TooLarge, None));
    }
    let total_mg = average.and(sum).map(Amount::to_decimal);
    PrednisoneEquivalent { window_days, total_mg, average, contributions, unknown }
}

/// Pairs of records of the same drug, dose and route whose days overlap: probably one course entered twice.
pub fn duplicates(records: &[SteroidRecord]) -> Vec<(usize, usize)> {
    let same = |one: &SteroidRecord, other: &SteroidRecord| {
        one.drug == other.drug && one.dose_mg == other.dose_mg && one.route == other.route
    };
    let overlaps = |one: &SteroidRecord, other: &SteroidRecord| {
        one.last_day().is_none_or(|end| end >= other.start)
            && other.last_day().is_none_or(|end| end >= one.start)
    };
    let mut pairs = Vec::new();
    for (second, other) in records.iter().enumerate() {
        for (first, one) in records[..second].iter().enumerate() {
            if same(one, other) && overlaps(one, other) {
                pairs.push((first, second));
            }
        }
    }
    pairs
}
