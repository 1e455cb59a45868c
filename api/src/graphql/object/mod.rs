//! GraphQL objects, one file a type or a family of small ones. Each holds a View and translates.

pub mod adverse_event;
pub mod assessment;
pub mod change;
pub mod data_query;
pub mod deviation;
pub mod dlt;
pub mod dose;
pub mod dsmb;
pub mod escalation;
pub mod evaluation;
pub mod flare;
pub mod hys_law;
pub mod identity;
pub mod incidence;
pub mod lab;
pub mod lab_grade;
pub mod ledger;
pub mod masked;
pub mod medication;
pub mod node;
pub mod outcomes;
pub mod population;
pub mod proposal;
pub mod rate;
pub mod rule;
pub mod safety;
pub mod score;
pub mod screening;
pub mod site;
pub mod study;
pub mod subject;
pub mod subjects;
pub mod summary;
pub mod time_in_state;
pub mod visit;

use ::study::view::SubjectView;
use objects::Permit;
use policy::DataGroup;

/// What a subject's view lets its viewer read of a data group.
pub(crate) fn permit(subject: &SubjectView<'_>, group: DataGroup) -> Permit {
    if subject.sees(group) { Permit::Allowed } else { Permit::Masked }
}

/// Gives types that hold a row of a subject the gate of that subject.
macro_rules! gated_by_subject {
    ($($type:ident),+ $(,)?) => {
        $(impl objects::Gate<policy::DataGroup> for $type<'_> {
            fn permits(&self, group: policy::DataGroup) -> objects::Permit {
                $crate::graphql::object::permit(&self.0.subject(), group)
            }
        })+
    };
}
pub(crate) use gated_by_subject;
