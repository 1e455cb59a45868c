//! Acts that need two persons: one proposes, another approves, and time runs out.

use crate::{Refusal, RefusalCode};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// How long a proposal waits before it expires, in hours.
pub const PROPOSAL_HOURS: i64 = 72;

macro_rules! states {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal),+ $(,)?) => {
        /// Where a proposal stands. It is stored as open until it is decided: that it ran out, the clock says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProposalState { $($(#[doc = $doc])+ $name),+ }

        impl ProposalState {
            /// Every state.
            pub const ALL: &'static [ProposalState] = &[$(ProposalState::$name),+];

            /// The public name.
            pub const fn as_str(self) -> &'static str {
                match self { $(ProposalState::$name => $wire),+ }
            }

            /// What it means.
            pub const fn description(self) -> &'static str {
                match self { $(ProposalState::$name => concat!($($doc),+)),+ }
            }
        }
    };
}

states! {
    /// It waits for another person.
    Open = "OPEN",
    /// Another person approved it, and it was done.
    Approved = "APPROVED",
    /// Another person rejected it, or the proposer took it back.
    Rejected = "REJECTED",
    /// Nobody decided in time.
    Expired = "EXPIRED",
}

/// What deciding a proposal turns on.
#[derive(Clone, Copy, Debug)]
pub struct Proposal {
    /// Who proposed.
    pub proposer: Uuid,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// As stored.
    pub state: ProposalState,
}

/// When a proposal made now runs out.
pub fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
    now + Duration::hours(PROPOSAL_HOURS)
}

impl Proposal {
    /// Where it stands at an instant.
    pub fn state_at(&self, now: DateTime<Utc>) -> ProposalState {
        match self.state {
            ProposalState::Open if now >= self.expires_at => ProposalState::Expired,
            state => state,
        }
    }

    /// Whether a person may approve it at an instant.
    ///
    /// # Errors
    /// A refusal: the proposer cannot approve, and only an open proposal can be.
    pub fn approvable(&self, person: Uuid, now: DateTime<Utc>) -> Result<(), Refusal> {
        self.decidable(now)?;
        if person == self.proposer {
            return Err(Refusal::at(
                "proposal",
                RefusalCode::SamePerson,
                "whoever proposed cannot approve: another person has to",
            ));
        }
        Ok(())
    }

    /// Whether it can still be decided at an instant.
    ///
    /// # Errors
    /// A refusal that says where it stands.
    pub fn decidable(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let refuse = |code, message: &str| Err(Refusal::at("proposal", code, message));
        match self.state_at(now) {
            ProposalState::Open => Ok(()),
            ProposalState::Approved => refuse(RefusalCode::WrongState, "the proposal is approved already"),
            ProposalState::Rejected => refuse(RefusalCode::WrongState, "the proposal was rejected"),
            ProposalState::Expired => {
                refuse(RefusalCode::Expired, "the proposal has expired: propose it again")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_alone_decides_nothing() {
        let proposer = Uuid::from_u128(1);
        let made = DateTime::UNIX_EPOCH;
        let open = Proposal { proposer, expires_at: expiry(made), state: ProposalState::Open };
        let code = |result: Result<(), Refusal>| result.map_err(|refusal| refusal.code);
        assert_eq!(code(open.approvable(proposer, made)), Err(RefusalCode::SamePerson));
        assert_eq!(code(open.approvable(Uuid::from_u128(2), made)), Ok(()));
        let late = made + Duration::hours(PROPOSAL_HOURS);
        assert_eq!(code(open.approvable(Uuid::from_u128(2), late)), Err(RefusalCode::Expired));
        assert_eq!(code(open.approvable(Uuid::from_u128(2), late - Duration::microseconds(1))), Ok(()));
        let done = Proposal { state: ProposalState::Approved, ..open };
        assert_eq!(code(done.approvable(Uuid::from_u128(2), made)), Err(RefusalCode::WrongState));
    }
}
