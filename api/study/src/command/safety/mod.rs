//! Adverse events: reported, followed, judged.

mod adjudicate_dlt;
mod assess_sponsor_causality;
mod event;
mod follow_adverse_event;
mod report_adverse_event;
#[cfg(test)]
mod tests;

pub use adjudicate_dlt::AdjudicateDlt;
pub use assess_sponsor_causality::AssessSponsorCausality;
pub(in crate::command) use event::suits_grades;
pub use event::{AdverseEventFields, GradeSince};
pub use follow_adverse_event::FollowAdverseEvent;
pub use report_adverse_event::{AgentCausality, ReportAdverseEvent};
