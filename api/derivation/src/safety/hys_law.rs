//! Potential Hy's law: liver cell injury together with jaundice, without obstruction (FDA 2009).
//!
//! A candidate triggers expedited review; whether it is Hy's law is a clinical judgement.

use crate::logic::Verdict;
use crate::rule::{Rule, Version};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "hys_law",
    name: "Potential Hy's law",
    versions: &[Version {
        version: "1",
        what: "Transaminases from 3 times, bilirubin above 2 times, alkaline phosphatase below 2 times the limit.",
    }],
};

/// Whether bilirubin of exactly twice the upper limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BilirubinRule {
    /// Only above twice the limit.
    #[serde(rename = "GT_2")]
    Above2,
    /// From twice the limit.
    #[serde(rename = "GE_2")]
    From2,
}

/// Liver values as multiples of the laboratory's upper limit of normal; none is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiverPanel {
    /// Alanine aminotransferase.
    pub alt: Option<Decimal>,
    /// Aspartate aminotransferase.
    pub ast: Option<Decimal>,
    /// Total bilirubin.
    pub bilirubin: Option<Decimal>,
    /// Alkaline phosphatase.
    pub alp: Option<Decimal>,
}

/// (ALT >= 3 or AST >= 3) and bilirubin above 2 and ALP below 2, three-valued.
pub fn candidate(panel: &LiverPanel, rule: BilirubinRule) -> Verdict {
    let two = Decimal::TWO;
    let injury =
        [panel.alt, panel.ast].map(|value| Verdict::of(value.map(|times| times >= Decimal::from(3))));
    let jaundice = panel.bilirubin.map(|times| match rule {
        BilirubinRule::Above2 => times > two,
        BilirubinRule::From2 => times >= two,
    });
    let unobstructed = panel.alp.map(|times| times < two);
    Verdict::all([Verdict::any(injury), Verdict::of(jaundice), Verdict::of(unobstructed)])
}

/// Liver values of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedPanel {
    /// The day of the sample.
    pub date: NaiveDate,
    /// The values.
    pub panel: LiverPanel,
}

/// Whether any transaminases and any bilirubin of a subject, at most `window_days` apart, make a candidate.
///
/// ALP is that of the day of the transaminases, or of the bilirubin when it was not taken then. The days of the
/// transaminases and of the bilirubin of each candidate are listed. No panels: not met.
pub fn screen(
    panels: &[DatedPanel],
    rule: BilirubinRule,
    window_days: u32,
) -> (Verdict, Vec<(NaiveDate, NaiveDate)>) {
    let mut verdict = Verdict::NotMet;
    let mut candidates = Vec::new();
    for injury in panels {
        for jaundice in panels {
            let apart = jaundice.date.signed_duration_since(injury.date).num_days().abs();
            if apart > i64::from(window_days) {
                continue;
            }
            let together = LiverPanel {
                bilirubin: jaundice.panel.bilirubin,
                alp: injury.panel.alp.or(jaundice.panel.alp),
                ..injury.panel
            };
            let found = candidate(&together, rule);
            verdict = verdict.or(found);
            if found == Verdict::Met {
                candidates.push((injury.date, jaundice.date));
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    (verdict, candidates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(values: [&str; 4]) -> LiverPanel {
        let [alt, ast, bilirubin, alp] = values.map(|text| text.parse().ok());
        LiverPanel { alt, ast, bilirubin, alp }
    }

    #[test]
    fn each_border() {
        use BilirubinRule::{Above2, From2};
        use Verdict::{Met, NotMet};
        let expected = [
            (["3", "1", "2.01", "1.99"], Above2, Met),
            (["2.99", "1", "2.01", "1.99"], Above2, NotMet),
            (["1", "3", "2.01", "1.99"], Above2, Met),
            (["3", "1", "2.00", "1.99"], Above2, NotMet),
            (["3", "1", "2.00", "1.99"], From2, Met),
            (["3", "1", "2.01", "2.00"], Above2, NotMet),
        ];
        for (values, rule, verdict) in expected {
            assert_eq!(candidate(&panel(values), rule), verdict, "{values:?} {rule:?}");
        }
    }

    #[test]
    fn what_is_unknown_stays_open_unless_the_rest_decides() {
        use Verdict::{NotEvaluable, NotMet};
        let open = |values| candidate(&panel(values), BilirubinRule::Above2);
        assert_eq!(open(["4", "1", "3", ""]), NotEvaluable);
        assert_eq!(open(["", "2", "2.6", "1"]), NotEvaluable);
        assert_eq!(open(["", "3", "2.6", "1"]), Verdict::Met);
        assert_eq!(open(["2", "", "1.9", ""]), NotMet);
        assert_eq!(open(["4", "4", "3", "2"]), NotMet);
    }

    fn on(date: &str, values: [&str; 4]) -> DatedPanel {
        DatedPanel { date: date.parse().unwrap(), panel: panel(values) }
    }

    #[test]
    fn injury_and_jaundice_may_lie_fourteen_days_apart() {
        let injury = on("2025-07-01", ["5", "2", "1", "1"]);
        let within = [injury, on("2025-07-15", ["1", "1", "3", "1"])];
        let beyond = [injury, on("2025-07-16", ["1", "1", "3", "1"])];
        let (verdict, candidates) = screen(&within, BilirubinRule::Above2, 14);
        assert_eq!((verdict, candidates), (Verdict::Met, vec![(within[0].date, within[1].date)]));
        assert_eq!(screen(&beyond, BilirubinRule::Above2, 14), (Verdict::NotMet, vec![]));
    }

    #[test]
    fn the_order_of_panels_changes_nothing() {
        let mut panels = [
            on("2025-07-01", ["5", "2", "1", "1"]),
            on("2025-07-10", ["1", "1", "3", "1"]),
            on("2025-07-12", ["", "", "2.5", ""]),
        ];
        let before = screen(&panels, BilirubinRule::Above2, 14);
        panels.reverse();
        assert_eq!(before, screen(&panels, BilirubinRule::Above2, 14));
    }
}
