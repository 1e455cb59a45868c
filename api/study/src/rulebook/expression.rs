//! Eligibility checks as data: comparisons of named facts, joined by `all`, `any` and `not`, judged three-valued.
//!
//! A fact that nobody knows leaves its comparison open; it never counts as false.

use super::problem::{Problems, hint, join};
use derivation::logic::Verdict;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;
use toml::{Table, Value};

/// What a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// A number in the unit given; empty when it has none.
    Number(&'static str),
    /// Yes or no.
    YesNo,
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])+ $fact:ident = $name:literal, $kind:expr, $analyte:expr;)+) => {
        /// What an eligibility check can ask about a subject.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact { $($(#[doc = $doc])+ $fact),+ }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Fact] = &[$(Fact::$fact),+];

            /// The name that a protocol file uses.
            pub const fn name(self) -> &'static str {
                match self { $(Fact::$fact => $name),+ }
            }

            /// Whether it is a number or a yes/no.
            pub const fn kind(self) -> FactKind {
                match self { $(Fact::$fact => $kind),+ }
            }

            /// The laboratory analyte that it is read from; none when from elsewhere.
            pub const fn analyte(self) -> Option<&'static str> {
                match self { $(Fact::$fact => $analyte),+ }
            }
        }
    };
}

use FactKind::{Number, YesNo};

facts! {
    /// Age in completed years on the day of consent.
    Age = "age", Number("years"), None;
    /// Consent to take part was given and not withdrawn.
    ConsentGiven = "consent_given", YesNo, None;
    /// SLEDAI-2K total at screening.
    SledaiTotal = "sledai_total", Number(""), None;
    /// ANA titre at screening, as the denominator of 1:d; 0 when negative.
    AnaTitre = "ana_titre", Number("1:d"), None;
    /// Alanine aminotransferase as a multiple of the upper limit of normal.
    AltXuln = "alt_xuln", Number("x ULN"), Some("alt");
    /// Aspartate aminotransferase as a multiple of the upper limit of normal.
    AstXuln = "ast_xuln", Number("x ULN"), Some("ast");
    /// Total bilirubin as a multiple of the upper limit of normal.
    BilirubinXuln = "bilirubin_xuln", Number("x ULN"), Some("bilirubin");
    /// Direct bilirubin as a multiple of the upper limit of normal.
    DirectBilirubinXuln = "direct_bilirubin_xuln", Number("x ULN"), Some("direct_bilirubin");
    /// Creatinine as a multiple of the upper limit of normal.
    CreatinineXuln = "creatinine_xuln", Number("x ULN"), Some("creatinine");
    /// Creatinine clearance.
    CreatinineClearance = "creatinine_clearance", Number("mL/min"), Some("creatinine_clearance");
    /// Neutrophils.
    Neutrophils = "neutrophils", Number("10^9/L"), Some("neutrophils");
    /// Lymphocytes.
    Lymphocytes = "lymphocytes", Number("10^9/L"), Some("lymphocytes");
    /// Haemoglobin.
    Haemoglobin = "haemoglobin", Number("g/L"), Some("haemoglobin");
    /// Platelets.
    Platelets = "platelets", Number("10^9/L"), Some("platelets");
    /// Gilbert's syndrome is known.
    GilbertSyndrome = "gilbert_syndrome", YesNo, None;
    /// The subject is female.
    Female = "female", YesNo, None;
    /// The subject can bear children.
    CanBearChildren = "can_bear_children", YesNo, None;
    /// The subject is lactating.
    Lactating = "lactating", YesNo, None;
    /// The serum pregnancy test was negative.
    PregnancyTestNegative = "pregnancy_test_negative", YesNo, None;
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The fact is the limit or more.
    AtLeast,
    /// The fact is the limit or less.
    AtMost,
    /// The fact is more than the limit.
    Above,
    /// The fact is less than the limit.
    Below,
}

const COMPARISONS: [(&str, &str, Comparison); 4] = [
    ("at_least", ">=", Comparison::AtLeast),
    ("at_most", "<=", Comparison::AtMost),
    ("above", ">", Comparison::Above),
    ("below", "<", Comparison::Below),
];

/// What is known of the facts about one subject. A number may be known only within limits, such as a result `<10` or
/// a score with unknown items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    numbers: BTreeMap<Fact, (Option<Decimal>, Option<Decimal>)>,
    answers: BTreeMap<Fact, bool>,
}

impl Facts {
    /// States a number.
    pub fn number(&mut self, fact: Fact, value: Decimal) {
        self.between(fact, Some(value), Some(value));
    }

    /// States that a number lies within limits, ends included; none is no limit.
    pub fn between(&mut self, fact: Fact, low: Option<Decimal>, high: Option<Decimal>) {
        self.numbers.insert(fact, (low, high));
    }

    /// States a yes or no.
    pub fn answer(&mut self, fact: Fact, yes: bool) {
        self.answers.insert(fact, yes);
    }

    /// What is known of a fact, as text; none when nothing is.
    pub fn observed(&self, fact: Fact) -> Option<String> {
        if let Some(yes) = self.answers.get(&fact) {
            return Some(if *yes { "yes" } else { "no" }.to_owned());
        }
        let limits = self.numbers.get(&fact)?;
        let number = match limits {
            (Some(low), Some(high)) if low == high => low.to_string(),
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("at least {low}"),
            (None, Some(high)) => format!("at most {high}"),
            (None, None) => return None,
        };
        Some(match fact.kind() {
            Number(unit) if !unit.is_empty() && unit != "1:d" => format!("{number} {unit}"),
            Number(_) | YesNo => number,
        })
    }
}

/// An eligibility check.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Every part holds.
    All(Vec<Expression>),
    /// At least one part holds.
    Any(Vec<Expression>),
    /// The part does not hold.
    Not(Box<Expression>),
    /// A number against a limit.
    Compare(Fact, Comparison, Decimal),
    /// A yes/no that has to be this.
    Is(Fact, bool),
}

impl Expression {
    /// Judges the check on what is known.
    pub fn evaluate(&self, facts: &Facts) -> Verdict {
        match self {
            Expression::All(parts) => Verdict::all(parts.iter().map(|part| part.evaluate(facts))),
            Expression::Any(parts) => Verdict::any(parts.iter().map(|part| part.evaluate(facts))),
            Expression::Not(part) => part.evaluate(facts).negate(),
            Expression::Compare(fact, comparison, limit) => {
                let (low, high) = facts.numbers.get(fact).copied().unwrap_or_default();
                compare(low, high, *comparison, *limit)
            }
            Expression::Is(fact, expected) => {
                Verdict::of(facts.answers.get(fact).map(|answer| answer == expected))
            }
        }
    }

    /// The facts that it asks for, each once, in the order of [`Fact::ALL`].
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        self.collect(&mut facts);
        facts.sort_unstable();
        facts.dedup();
        facts
    }

    fn collect(&self, facts: &mut Vec<Fact>) {
        match self {
            Expression::All(parts) | Expression::Any(parts) => {
                parts.iter().for_each(|part| part.collect(facts));
            }
            Expression::Not(part) => part.collect(facts),
            Expression::Compare(fact, ..) | Expression::Is(fact, _) => facts.push(*fact),
        }
    }

    /// Reads a check from its form in a protocol file.
    pub(super) fn parse(value: &Value, path: &str, problems: &mut Problems) -> Option<Expression> {
        let Value::Table(table) = value else {
            problems.push(
                path,
                "a check is { all = [..] }, { any = [..] }, { not = {..} } or { fact, op, value }",
            );
            return None;
        };
        let heads: Vec<&str> =
            ["all", "any", "not", "fact"].into_iter().filter(|head| table.contains_key(*head)).collect();
        let [head] = heads[..] else {
            problems.push(path, "a check has exactly one of the keys all, any, not, fact");
            return None;
        };
        let allowed: &[&str] = if head == "fact" { &["fact", "op", "value"] } else { &[head] };
        let mut sound = true;
        for key in table.keys().filter(|key| !allowed.contains(&key.as_str())) {
            problems.push(join(path, key), format!("there is no field `{key}` here; {}", hint(key, allowed)));
            sound = false;
        }
        let below = join(path, head);
        let read = match head {
            "all" => parts(&table[head], &below, problems).map(Expression::All),
            "any" => parts(&table[head], &below, problems).map(Expression::Any),
            "not" => {
                Expression::parse(&table[head], &below, problems).map(|part| Expression::Not(Box::new(part)))
            }
            _ => comparison(table, path, problems),
        };
        read.filter(|_| sound)
    }
}

impl fmt::Display for Expression {
    /// The check in words, for example `age >= 18 years and age <= 70 years`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::All(parts) => joined(parts, " and ", out),
            Expression::Any(parts) => joined(parts, " or ", out),
            Expression::Not(part) => write!(out, "not ({part})"),
            Expression::Compare(fact, comparison, limit) => {
                let sign = COMPARISONS
                    .iter()
                    .find(|(_, _, known)| known == comparison)
                    .map_or("", |(_, sign, _)| sign);
                match fact.kind() {
                    Number("1:d") => write!(out, "{} {sign} 1:{limit}", fact.name()),
                    Number(unit) if !unit.is_empty() => write!(out, "{} {sign} {limit} {unit}", fact.name()),
                    Number(_) | YesNo => write!(out, "{} {sign} {limit}", fact.name()),
                }
            }
            Expression::Is(fact, true) => write!(out, "{}", fact.name()),
            Expression::Is(fact, false) => write!(out, "not {}", fact.name()),
        }
    }
}

fn joined(parts: &[Expression], word: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.write_str(word)?;
        }
        match part {
            Expression::All(_) | Expression::Any(_) => write!(out, "({part})")?,
            Expression::Not(_) | Expression::Compare(..) | Expression::Is(..) => write!(out, "{part}")?,
        }
    }
    Ok(())
}

/// Decided when the whole range of what is possible lies on one side of the limit.
fn compare(low: Option<Decimal>, high: Option<Decimal>, comparison: Comparison, limit: Decimal) -> Verdict {
    let (met, not_met) = match comparison {
        Comparison::AtLeast => (low.is_some_and(|low| low >= limit), high.is_some_and(|high| high < limit)),
        Comparison::Above => (low.is_some_and(|low| low > limit), high.is_some_and(|high| high <= limit)),
        Comparison::AtMost => (high.is_some_and(|high| high <= limit), low.is_some_and(|low| low > limit)),
        Comparison::Below => (high.is_some_and(|high| high < limit), low.is_some_and(|low| low >= limit)),
    };
    Verdict::of(if met { Some(true) } else { not_met.then_some(false) })
}

fn parts(value: &Value, path: &str, problems: &mut Problems) -> Option<Vec<Expression>> {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let read: Vec<Option<Expression>> = items
                .iter()
                .enumerate()
                .map(|(place, item)| Expression::parse(item, &join(path, place), problems))
                .collect();
            read.into_iter().collect()
        }
        Value::Array(_) => {
            problems.push(path, "the list is empty; it needs at least one check");
            None
        }
        Value::Table(_)
        | Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_) => {
            problems.push(path, "a list of checks is expected");
            None
        }
    }
}

fn comparison(table: &Table, path: &str, problems: &mut Problems) -> Option<Expression> {
    let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default();
    let named = text("fact");
    let fact = Fact::ALL.iter().copied().find(|fact| fact.name() == named);
    let Some(fact) = fact else {
        let known: Vec<&str> = Fact::ALL.iter().map(|fact| fact.name()).collect();
        problems
            .push(join(path, "fact"), format!("the fact `{named}` is not known; {}", hint(named, &known)));
        return None;
    };
    let op = text("op");
    let value = table.get("value");
    match fact.kind() {
        YesNo => {
            let right = op == "is";
            let message = format!("`{named}` is a yes or no and is compared with `is`, not with `{op}`");
            problems.require(right, join(path, "op"), message);
            let expected = value.and_then(Value::as_bool);
            problems.require(
                expected.is_some(),
                join(path, "value"),
                format!("`{named}` needs true or false"),
            );
            expected.filter(|_| right).map(|expected| Expression::Is(fact, expected))
        }
        Number(_) => {
            let compared = COMPARISONS.iter().find(|(name, _, _)| *name == op).map(|(_, _, known)| *known);
            let known = COMPARISONS.map(|(name, _, _)| name);
            let message =
                format!("`{named}` is a number and is not compared with `{op}`; {}", hint(op, &known));
            problems.require(compared.is_some(), join(path, "op"), message);
            let limit = value.and_then(Value::as_str).and_then(|text| Decimal::from_str_exact(text).ok());
            let message = format!("`{named}` needs a decimal as text, for example \"1.5\"");
            problems.require(limit.is_some(), join(path, "value"), message);
            compared.zip(limit).map(|(comparison, limit)| Expression::Compare(fact, comparison, limit))
        }
    }
}
