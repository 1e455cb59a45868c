//! Arguments that only the study can judge.

use crate::failure::{Code, Failure};
use crate::graphql::scalar::VisitCode;
use async_graphql::Error;
use chrono::NaiveDate;
use objects::Date;
use study::view::{BASELINE, SubjectView, View};

/// What is wrong with an argument.
#[derive(Clone, Debug)]
pub struct ArgumentError(Failure);

impl objects::Failure for ArgumentError {
    fn to_error(&self) -> Error {
        self.0.clone().into()
    }
}

fn unknown(view: &View, code: &str, first: Option<&'static str>) -> ArgumentError {
    let windows = view.rulebook().map(|book| book.windows().windows.as_slice()).unwrap_or_default();
    let codes: Vec<&str> = first.into_iter().chain(windows.iter().map(|it| it.code.as_str())).collect();
    ArgumentError(Failure::bad_input(format!(
        "`at` is `{code}`, which has no analysis window in this protocol: it must be one of {}",
        codes.join(", ")
    )))
}

/// Refuses a visit that the subject's protocol does not analyse.
pub fn known(subject: &SubjectView<'_>, at: &VisitCode) -> Result<(), ArgumentError> {
    if subject.knows_visit(&at.0) { Ok(()) } else { Err(unknown(subject.view(), &at.0, Some(BASELINE))) }
}

/// The same for the study, whose rates and changes are of visits after baseline.
pub fn known_in(view: &View, at: &VisitCode) -> Result<(), ArgumentError> {
    let known = view.rulebook().is_some_and(|book| book.analysis_window(&at.0).is_some());
    if known { Ok(()) } else { Err(unknown(view, &at.0, None)) }
}

/// The day of the calendar that something is asked for. Whoever reads study days cannot name one: what is told of it
/// would tell on which day of the calendar the subject was treated.
pub fn day_asked(view: &View, on: Option<Date>) -> Result<Option<NaiveDate>, ArgumentError> {
    if on.is_some() && view.is_board() {
        return Err(ArgumentError(Failure::new(
            Code::Forbidden,
            "the safety board reads a study as of its data cut, by study days: leave `on` out",
        )));
    }
    Ok(on.map(|day| day.0))
}

/// The day that is asked for, by the calendar or by the subject's study days (1 is the day of the first dose); none for
/// a study day of a subject who has had no dose yet.
pub fn day_of(
    subject: &SubjectView<'_>,
    on: Option<Date>,
    study_day: Option<i32>,
) -> Result<Option<NaiveDate>, ArgumentError> {
    match (day_asked(subject.view(), on)?, study_day) {
        (Some(day), None) => Ok(Some(day)),
        (None, Some(0)) => Err(ArgumentError(Failure::bad_input(
            "`onStudyDay` is 0, which is no study day: day 1 is that of the first dose, and day -1 the one before",
        ))),
        (None, Some(day)) => Ok(subject.day_of_study(day)),
        (None, None) | (Some(_), Some(_)) => {
            Err(ArgumentError(Failure::bad_input("give one of `on` and `onStudyDay`")))
        }
    }
}

/// The points of an SRI: 4 to 8.
pub fn points_asked(points: i32) -> Result<u8, ArgumentError> {
    u8::try_from(points).ok().filter(|points| (4..=8).contains(points)).ok_or_else(|| {
        ArgumentError(Failure::bad_input(format!("`points` is {points}; SRI asks for 4 to 8 points")))
    })
}

/// A grade of an adverse event: 1 to 5.
pub fn grade_asked(grade: i32) -> Result<u8, ArgumentError> {
    u8::try_from(grade)
        .ok()
        .filter(|grade| (1..=5).contains(grade))
        .ok_or_else(|| ArgumentError(Failure::bad_input(format!("`grade` is {grade}; grades are 1 to 5"))))
}
