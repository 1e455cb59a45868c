//! Why a command was refused: data for the caller, not an error.

/// The kinds of thing that an id can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A study.
    Study,
    /// A site.
    Site,
    /// A cohort.
    Cohort,
    /// A subject.
    Subject,
    /// A visit.
    Visit,
    /// An assessment.
    Assessment,
    /// An adverse event.
    AdverseEvent,
    /// A person.
    Person,
    /// A grant.
    Membership,
    /// A proposal.
    Proposal,
    /// Any other record.
    Record,
}

impl Kind {
    /// The kind as a word in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Study => "study",
            Kind::Site => "site",
            Kind::Cohort => "cohort",
            Kind::Subject => "subject",
            Kind::Visit => "visit",
            Kind::Assessment => "assessment",
            Kind::AdverseEvent => "adverse event",
            Kind::Person => "person",
            Kind::Membership => "membership",
            Kind::Proposal => "proposal",
            Kind::Record => "record",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal),+ $(,)?) => {
        /// Why a command was refused. A closed, published list; clients must expect new values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RefusalCode { $($(#[doc = $doc])+ $name),+ }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &'static [RefusalCode] = &[$(RefusalCode::$name),+];

            /// The public name.
            pub const fn as_str(self) -> &'static str {
                match self { $(RefusalCode::$name => $wire),+ }
            }

            /// What the code means.
            pub const fn description(self) -> &'static str {
                match self { $(RefusalCode::$name => concat!($($doc),+)),+ }
            }
        }
    };
}

codes! {
    /// The caller's roles do not allow the act.
    Forbidden = "FORBIDDEN",
    /// There is no such thing, or it is not the caller's to see.
    NotFound = "NOT_FOUND",
    /// A value is malformed, out of range or not one of the allowed ones.
    InvalidValue = "INVALID_VALUE",
    /// A value is missing that the act needs.
    Required = "REQUIRED",
    /// A correction needs a reason.
    ReasonRequired = "REASON_REQUIRED",
    /// The record changed since the caller read it, or the idempotency key was used with other input.
    Conflict = "CONFLICT",
    /// There is already such a record.
    Duplicate = "DUPLICATE",
    /// The state of the subject, cohort or study does not allow the act.
    WrongState = "WRONG_STATE",
    /// No consent covers the act.
    NoConsent = "NO_CONSENT",
    /// Not every eligibility criterion is known to be met.
    NotEligible = "NOT_ELIGIBLE",
    /// The cohort has no free place.
    CohortFull = "COHORT_FULL",
    /// A stopping rule pauses the act.
    Paused = "PAUSED",
    /// The unit is not one that the analyte has.
    UnitUnknown = "UNIT_UNKNOWN",
    /// The value is hardly possible in its unit.
    Implausible = "IMPLAUSIBLE",
    /// The roles may not be held by one person.
    IncompatibleRoles = "INCOMPATIBLE_ROLES",
    /// Another person than the proposer has to decide.
    SamePerson = "SAME_PERSON",
    /// The act takes two persons: one proposes it, another approves.
    TwoPersons = "TWO_PERSONS",
    /// The time for it has passed.
    Expired = "EXPIRED",
}

/// A refused command: nothing was written. Carries only facts of groups that the actor may read, and in
/// a masked study nothing that depends on an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// What was wrong, where, and what would be right: a sentence for the caller.
    pub message: String,
    /// Path of the input field that was wrong, outermost first.
    pub field: Vec<String>,
}

impl Refusal {
    /// A refusal without a field.
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), field: Vec::new() }
    }

    /// A refusal of the value of one input field; `path` is dotted, `items.3.score`.
    pub fn at(path: &str, code: RefusalCode, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), field: path.split('.').map(str::to_owned).collect() }
    }

    /// A malformed or impossible value.
    pub fn invalid(path: &str, message: impl Into<String>) -> Refusal {
        Refusal::at(path, RefusalCode::InvalidValue, message)
    }

    /// Not there, or not the caller's: the two read alike.
    pub fn not_found(path: &str, kind: Kind) -> Refusal {
        Refusal::at(path, RefusalCode::NotFound, format!("there is no such {}", kind.as_str()))
    }

    /// The caller's roles do not allow the act.
    pub fn forbidden() -> Refusal {
        Refusal::new(RefusalCode::Forbidden, "your roles do not allow this act here")
    }

    /// The same refusal under an outer field.
    #[must_use]
    pub fn under(mut self, outer: &str) -> Refusal {
        let mut path: Vec<String> = outer.split('.').map(str::to_owned).collect();
        path.append(&mut self.field);
        self.field = path;
        self
    }
}

/// Refuses unless a condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $refusal:expr $(,)?) => {
        if !$condition {
            return Err($refusal.into());
        }
    };
}
