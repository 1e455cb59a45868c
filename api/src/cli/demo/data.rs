//! The courses of the demonstration's nine subjects. Everything here is made up: no person stands behind it.
//!
//! Together they take every branch of the outcome measures: responders and non-responders, a PGA that rises by
//! exactly 0.30, a missing BILAG-2004, a rescue with glucocorticoids, LLDAS without DORIS, an event that looks
//! dose-limiting and was adjudicated as none, a CRS of grade 1, a serious event, an anti-dsDNA below the limit of
//! quantification, and an ANA titre that reverts.

/// Disease activity on one day.
#[derive(Clone, Copy)]
pub(super) struct Activity {
    /// SLEDAI-2K descriptors that are present.
    pub sledai: &'static [&'static str],
    /// Items of BILAG-2004 with their scores; none when the form was not filled in.
    pub bilag: Option<&'static [(u8, u8)]>,
    /// PGA.
    pub pga: &'static str,
}

/// An autoantibody panel: anti-dsDNA in IU/mL, ANA, anti-Sm in U/mL, C3 and C4 in g/L.
pub(super) type Panel = [&'static str; 5];

/// What a subject takes of prednisone: milligrams a day, from one study day to another.
pub(super) type Steroid = (&'static str, i64, Option<i64>);

/// An adverse event.
#[derive(Clone, Copy)]
pub(super) struct Event {
    pub term: &'static str,
    pub soc: &'static str,
    pub category: &'static str,
    pub day: i64,
    pub last_day: Option<i64>,
    pub grade: i32,
    pub related: bool,
    pub serious: bool,
    /// Whether the medical monitor decided that it was dose-limiting; none when nobody had to.
    pub adjudicated: Option<bool>,
}

/// The course of one subject. Days are study days: 1 is the day of the first dose.
#[derive(Clone, Copy)]
pub(super) struct Course {
    /// Place of the site, from 0.
    pub site: usize,
    /// Dose level, from 1.
    pub level: usize,
    pub female: bool,
    /// Age in years at screening.
    pub age: i32,
    /// How many days before today the first dose was given.
    pub dosed_days_ago: i64,
    pub weight_kg: &'static str,
    /// Cells given, in millions per kilogram; the protocol plans 40, 80 and 120.
    pub cells_per_kg: i64,
    pub baseline: Activity,
    pub day_28: &'static [&'static str],
    pub month_3: Activity,
    pub month_6: Activity,
    pub panels: [Panel; 4],
    pub steroids: &'static [Steroid],
    pub events: &'static [Event],
    /// A rescue with glucocorticoids on this study day.
    pub rescue_on: Option<i64>,
}

const fn event(term: &'static str, soc: &'static str, day: i64, grade: i32) -> Event {
    Event {
        term,
        soc,
        category: "NON_HAEMATOLOGICAL",
        day,
        last_day: Some(day + 5),
        grade,
        related: true,
        serious: false,
        adjudicated: None,
    }
}

const GENERAL: &str = "General disorders and administration site conditions";
const BLOOD: &str = "Blood and lymphatic system disorders";
const IMMUNE: &str = "Immune system disorders";
const INFECTIONS: &str = "Infections and infestations";
const HEPATIC: &str = "Hepatobiliary disorders";
const GUT: &str = "Gastrointestinal disorders";

/// A severe skin eruption, arthritis and low complement: SLEDAI-2K 10.
const ACTIVE_SKIN: Activity = Activity {
    sledai: &["arthritis", "rash", "low_complement", "increased_dna_binding"],
    bilag: Some(&[(5, 3), (42, 2)]),
    pga: "2.00",
};

/// The nine.
pub(super) const COURSES: [Course; 9] = [
    // Clear response; remission at month 6. Anti-dsDNA falls below the limit of quantification.
    Course {
        site: 0,
        level: 1,
        female: true,
        age: 31,
        dosed_days_ago: 430,
        weight_kg: "55",
        cells_per_kg: 40,
        baseline: ACTIVE_SKIN,
        day_28: &["rash", "increased_dna_binding"],
        month_3: Activity { sledai: &["rash"], bilag: Some(&[(6, 2)]), pga: "0.80" },
        month_6: Activity { sledai: &[], bilag: Some(&[]), pga: "0.20" },
        panels: [
            ["180", "1:640", "positive", "0.62", "0.08"],
            ["90", "1:640", "positive", "0.75", "0.10"],
            ["28", "1:320", "positive", "0.95", "0.15"],
            ["<10", "1:160", "positive", "1.05", "0.20"],
        ],
        steroids: &[("10", -200, Some(40)), ("5", 41, None)],
        events: &[event("Pyrexia", GENERAL, 2, 1)],
        rescue_on: None,
    },
    // PGA rises by exactly 0.30 at month 3: no response, although the score falls by ten.
    Course {
        site: 1,
        level: 1,
        female: true,
        age: 44,
        dosed_days_ago: 416,
        weight_kg: "60",
        cells_per_kg: 40,
        baseline: Activity {
            sledai: &["arthritis", "rash", "alopecia", "low_complement", "increased_dna_binding"],
            bilag: Some(&[(5, 3), (42, 2)]),
            pga: "1.00",
        },
        day_28: &["rash", "low_complement"],
        month_3: Activity { sledai: &["rash"], bilag: Some(&[(6, 2)]), pga: "1.30" },
        month_6: Activity { sledai: &["rash"], bilag: Some(&[(6, 2)]), pga: "1.29" },
        panels: [
            ["95", "1:320", "negative", "0.70", "0.09"],
            ["80", "1:320", "negative", "0.72", "0.09"],
            ["60", "1:320", "negative", "0.85", "0.11"],
            ["45", "1:160", "negative", "0.91", "0.12"],
        ],
        steroids: &[("7.5", -300, None)],
        events: &[event("Nausea", GUT, 3, 2)],
        rescue_on: None,
    },
    // No BILAG-2004 at month 3: not evaluable there, imputed as no response.
    Course {
        site: 2,
        level: 1,
        female: false,
        age: 52,
        dosed_days_ago: 402,
        weight_kg: "72",
        cells_per_kg: 40,
        baseline: ACTIVE_SKIN,
        day_28: &["arthritis", "low_complement"],
        month_3: Activity { sledai: &["low_complement"], bilag: None, pga: "0.90" },
        month_6: Activity { sledai: &["low_complement"], bilag: Some(&[(6, 1)]), pga: "0.70" },
        panels: [
            ["40", "1:160", "negative", "0.66", "0.07"],
            ["38", "1:160", "negative", "0.70", "0.08"],
            ["30", "1:80", "negative", "0.80", "0.09"],
            ["25", "negative", "negative", "0.88", "0.10"],
        ],
        steroids: &[("10", -100, Some(60)), ("7.5", 61, None)],
        events: &[],
        rescue_on: None,
    },
    // A cytokine release syndrome of grade 1; response and LLDAS, but the dose of prednisone forbids DORIS.
    Course {
        site: 0,
        level: 2,
        female: true,
        age: 27,
        dosed_days_ago: 370,
        weight_kg: "50",
        cells_per_kg: 80,
        baseline: Activity {
            sledai: &["proteinuria", "hematuria", "low_complement", "increased_dna_binding"],
            bilag: Some(&[(5, 2)]),
            pga: "1.80",
        },
        day_28: &["rash", "low_complement", "increased_dna_binding"],
        month_3: Activity { sledai: &["rash", "low_complement"], bilag: Some(&[(6, 2)]), pga: "0.90" },
        month_6: Activity { sledai: &["low_complement"], bilag: Some(&[]), pga: "0.40" },
        panels: [
            ["220", "1:1280", "positive", "0.55", "0.06"],
            ["150", "1:1280", "positive", "0.60", "0.07"],
            ["85", "1:640", "positive", "0.78", "0.09"],
            ["50", "1:320", "positive", "0.89", "0.10"],
        ],
        steroids: &[("15", -150, Some(30)), ("7.5", 31, None)],
        events: &[Event { category: "CRS", grade: 1, ..event("Cytokine release syndrome", IMMUNE, 2, 1) }],
        rescue_on: None,
    },
    // A rescue with glucocorticoids before month 3: a failure from then on, whatever the scores.
    Course {
        site: 1,
        level: 2,
        female: true,
        age: 36,
        dosed_days_ago: 356,
        weight_kg: "58",
        cells_per_kg: 80,
        baseline: ACTIVE_SKIN,
        day_28: &["arthritis", "rash"],
        month_3: Activity { sledai: &["rash"], bilag: Some(&[(6, 2)]), pga: "1.20" },
        month_6: Activity { sledai: &[], bilag: Some(&[(6, 1)]), pga: "0.60" },
        panels: [
            ["60", "1:320", "negative", "0.72", "0.10"],
            ["58", "1:320", "negative", "0.74", "0.10"],
            ["62", "1:320", "negative", "0.70", "0.09"],
            ["40", "1:320", "negative", "0.92", "0.13"],
        ],
        steroids: &[("10", -90, Some(55)), ("30", 56, Some(75)), ("10", 76, None)],
        events: &[event("Headache", "Nervous system disorders", 10, 1)],
        rescue_on: Some(56),
    },
    // A liver event of grade 3 in the window, adjudicated as not dose-limiting.
    Course {
        site: 2,
        level: 2,
        female: true,
        age: 61,
        dosed_days_ago: 342,
        weight_kg: "64",
        cells_per_kg: 80,
        baseline: Activity {
            sledai: &["vasculitis", "rash", "low_complement"],
            bilag: Some(&[(13, 3), (6, 2)]),
            pga: "2.30",
        },
        day_28: &["vasculitis", "rash"],
        month_3: Activity {
            sledai: &["rash", "mucosal_ulcers"],
            bilag: Some(&[(6, 2), (10, 2)]),
            pga: "1.40",
        },
        month_6: Activity { sledai: &["rash"], bilag: Some(&[(6, 2)]), pga: "1.00" },
        panels: [
            ["25", "1:160", "positive", "0.80", "0.11"],
            ["24", "1:160", "positive", "0.82", "0.11"],
            ["22", "1:160", "positive", "0.90", "0.12"],
            ["20", "1:80", "positive", "0.98", "0.14"],
        ],
        steroids: &[("12.5", -60, Some(80)), ("7.5", 81, None)],
        events: &[Event {
            category: "LIVER",
            grade: 3,
            adjudicated: Some(false),
            ..event("Alanine aminotransferase increased", HEPATIC, 12, 3)
        }],
        rescue_on: None,
    },
    // No response: a new severe eruption at month 3.
    Course {
        site: 0,
        level: 3,
        female: false,
        age: 39,
        dosed_days_ago: 310,
        weight_kg: "80",
        cells_per_kg: 120,
        baseline: Activity {
            sledai: &["arthritis", "myositis", "low_complement", "increased_dna_binding"],
            bilag: Some(&[(41, 3)]),
            pga: "1.90",
        },
        day_28: &["arthritis", "low_complement"],
        month_3: Activity { sledai: &["rash", "low_complement"], bilag: Some(&[(5, 4)]), pga: "1.60" },
        month_6: Activity { sledai: &["arthritis", "rash"], bilag: Some(&[(5, 2), (42, 2)]), pga: "1.70" },
        panels: [
            ["140", "1:640", "negative", "0.58", "0.05"],
            ["150", "1:640", "negative", "0.57", "0.05"],
            ["160", "1:640", "negative", "0.60", "0.06"],
            ["130", "1:640", "negative", "0.66", "0.07"],
        ],
        steroids: &[("20", -40, Some(100)), ("15", 101, None)],
        events: &[Event { related: false, ..event("Upper respiratory tract infection", INFECTIONS, 70, 2) }],
        rescue_on: None,
    },
    // A serious infection; response at month 6. The ANA titre reverts.
    Course {
        site: 1,
        level: 3,
        female: true,
        age: 48,
        dosed_days_ago: 296,
        weight_kg: "62",
        cells_per_kg: 120,
        baseline: ACTIVE_SKIN,
        day_28: &["rash", "low_complement"],
        month_3: Activity { sledai: &["arthritis", "rash"], bilag: Some(&[(42, 2), (6, 2)]), pga: "1.50" },
        month_6: Activity { sledai: &["rash"], bilag: Some(&[(6, 1)]), pga: "0.60" },
        panels: [
            ["70", "1:160", "negative", "0.80", "0.09"],
            ["50", "1:160", "negative", "0.85", "0.10"],
            ["28", "1:80", "negative", "0.93", "0.12"],
            ["<10", "negative", "negative", "1.01", "0.16"],
        ],
        steroids: &[("10", -120, Some(95)), ("5", 96, None)],
        events: &[
            Event {
                category: "INFECTION",
                grade: 3,
                serious: true,
                last_day: Some(52),
                ..event("Pneumonia", INFECTIONS, 45, 3)
            },
            Event { category: "NEUTROPENIA", ..event("Neutropenia", BLOOD, 4, 4) },
        ],
        rescue_on: None,
    },
    // Response and remission from month 3 on.
    Course {
        site: 2,
        level: 3,
        female: true,
        age: 23,
        dosed_days_ago: 282,
        weight_kg: "52",
        cells_per_kg: 120,
        baseline: Activity {
            sledai: &["arthritis", "rash", "mucosal_ulcers", "low_complement", "leukopenia"],
            bilag: Some(&[(42, 3), (6, 2), (9, 2)]),
            pga: "1.70",
        },
        day_28: &["rash"],
        month_3: Activity { sledai: &[], bilag: Some(&[(17, 1)]), pga: "0.49" },
        month_6: Activity { sledai: &["increased_dna_binding"], bilag: Some(&[]), pga: "0.30" },
        panels: [
            ["110", "1:640", "positive", "0.69", "0.08"],
            ["60", "1:640", "positive", "0.80", "0.10"],
            ["32", "1:320", "positive", "0.94", "0.13"],
            ["31", "1:320", "positive", "0.99", "0.15"],
        ],
        steroids: &[("5", -250, None)],
        events: &[event("Fatigue", GENERAL, 6, 1)],
        rescue_on: None,
    },
];
