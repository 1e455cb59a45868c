//! A portal for tests: runs commands as the store would, seals their entries, and applies them. All people,
//! studies and keys are synthetic.

use crate::command::{
    AddPerson, AddServiceClient, ApproveMembership, Decide, DisablePerson, EndMembership, GrantMembership,
    Init, NewAdministrator, NewPublicKey, ProposeMembership, RegisterStudy,
};
use crate::index::Account;
use crate::{Portal, installation};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::terms::{KeyPurpose, Masking};
use ledger::canonical::to_image;
use ledger::{Digest, Draft, Entry, LoadedRow, NewChange, Salt, Stream, StreamId};
use policy::{Actor, Decision, Moment, Refusal, RefusalCode, Role};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(crate) const SITE_A: Uuid = Uuid::from_u128(0xa);
pub(crate) const SITE_B: Uuid = Uuid::from_u128(0xb);
/// In no study.
pub(crate) const SITE_X: Uuid = Uuid::from_u128(0xff);
pub(crate) const STUDY_1: Uuid = Uuid::from_u128(0x51);
pub(crate) const STUDY_2: Uuid = Uuid::from_u128(0x52);

pub(crate) const ADMIN: &str = "admin.one";
pub(crate) const ADMIN_2: &str = "admin.two";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Field and code of a refusal.
pub(crate) fn facts<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (String, RefusalCode) {
    let refusal = result.unwrap_err();
    assert!(!refusal.message.is_empty());
    (refusal.field.join("."), refusal.code)
}

pub(crate) fn at(field: &str, code: RefusalCode) -> (String, RefusalCode) {
    (field.to_owned(), code)
}

/// A portal, the time, and the newest image of each row as a loader would find it.
pub(crate) struct World {
    pub portal: Portal,
    pub now: DateTime<Utc>,
    rows: BTreeMap<(String, Uuid), LoadedRow>,
    turns: u8,
}

impl World {
    /// Nothing yet; it is the first second of 1 March 2026 in Shanghai.
    pub fn void() -> World {
        World { portal: Portal::new(), now: instant("2026-02-28T16:00:00Z"), rows: BTreeMap::new(), turns: 0 }
    }

    /// Founded by `init`.
    pub fn founded() -> World {
        let mut world = World::void();
        world.run(&installation(), &init()).unwrap();
        world
    }

    /// Founded, with study NK-1 (open label, Shanghai) and NK-2 (masked, UTC).
    pub fn with_studies() -> World {
        let mut world = World::founded();
        world.act(ADMIN, &register(STUDY_1, "NK-1")).unwrap();
        let second = RegisterStudy {
            masking: Masking::SponsorMasked,
            time_zone: "Etc/UTC".into(),
            ..register(STUDY_2, "NK-2")
        };
        world.act(ADMIN, &second).unwrap();
        world
    }

    /// Decides as an actor, and applies what was decided. The state loaded anew has to be the same.
    pub fn run(&mut self, actor: &Actor, command: &dyn Decide) -> Result<Decision, Refusal> {
        let moment = Moment::new(self.now, [self.turns; 32]);
        self.turns += 1;
        let decision = command.decide(actor, &moment, &self.portal)?;
        assert_eq!(
            command.decide(actor, &moment, &self.portal).as_ref(),
            Ok(&decision),
            "it can be repeated"
        );
        assert!(decision.open.is_empty() && decision.sealed.is_empty());
        let entry = self.seal(actor, command, &moment, &decision);
        self.portal = self.portal.apply(entry.head(), &entry.changes, &entry.header).unwrap();
        for change in &entry.changes {
            let row = LoadedRow {
                table: change.table.clone(),
                row: change.row,
                subject: change.subject,
                image: change.image.clone().unwrap(),
                revision: entry.header.revision,
            };
            self.rows.insert((change.table.to_string(), change.row), row);
        }
        assert_eq!(Portal::load(StreamId::Portal, entry.head(), self.rows()).unwrap(), self.portal);
        Ok(decision)
    }

    fn seal(&self, actor: &Actor, command: &dyn Decide, moment: &Moment, decision: &Decision) -> Entry {
        let changes = decision.portal.iter().enumerate().map(|(position, change)| NewChange {
            table: change.table.into(),
            row: change.row,
            subject: change.subject,
            image: to_image(&change.image).unwrap(),
            salt: Salt(moment.salt("portal", position)),
        });
        let draft = Draft {
            at: moment.now(),
            actor: actor.person,
            display_name: actor.display_name.clone(),
            role: decision.role.map(|role| role.as_str().to_owned()),
            membership: decision.membership,
            client: None,
            command: command.command().to_owned(),
            request_id: Uuid::nil(),
            portal_revision: self.portal.head().revision,
            idempotency_key: None,
            input_digest: Digest::ZERO,
        };
        Entry::seal(self.portal.head(), draft, changes.collect()).unwrap()
    }

    /// Decides as a person who can act now.
    pub fn act(&mut self, name: &str, command: &dyn Decide) -> Result<Decision, Refusal> {
        let actor = self.actor(name);
        self.run(&actor, command)
    }

    /// What the commands refuse.
    pub fn refused(&mut self, command: &dyn Decide) -> (String, RefusalCode) {
        let before = self.portal.clone();
        let refusal = facts(self.act(ADMIN, command));
        assert_eq!(self.portal, before);
        refusal
    }

    /// A person who may do nothing in the installation is refused whatever the input.
    pub fn forbids_others(&mut self, command: &dyn Decide) {
        self.person("no.grants");
        self.now += Duration::days(1);
        for name in ["no.grants", "plain.manager"] {
            if name == "plain.manager" {
                let person = self.person(name);
                self.act(ADMIN, &grant(person, Role::DataManager)).unwrap();
            }
            let result = self.act(name, command);
            assert_eq!(facts(result), at("", RefusalCode::Forbidden), "{name}");
        }
    }

    pub fn actor(&self, name: &str) -> Actor {
        self.portal.actor(name, self.now).unwrap()
    }

    pub fn id(&self, name: &str) -> Uuid {
        match self.portal.account(name).unwrap() {
            Account::Person(id) | Account::Client(id) => id,
        }
    }

    /// Adds a person and returns the id.
    pub fn person(&mut self, name: &str) -> Uuid {
        self.act(ADMIN, &person(name)).unwrap();
        self.id(name)
    }

    /// Grants and returns the grant's id: a role that takes two persons by two.
    pub fn grant(&mut self, command: &GrantMembership) -> Uuid {
        self.try_grant(command).unwrap().portal[0].row
    }

    /// Tries to grant: by the first administrator, or on their proposal by the second.
    pub fn try_grant(&mut self, command: &GrantMembership) -> Result<Decision, Refusal> {
        if !policy::Role::parse(&command.role).is_some_and(policy::needs_two) {
            return self.act(ADMIN, command);
        }
        let proposed = self.act(ADMIN, &propose(command))?.portal[0].row;
        self.act(ADMIN_2, &ApproveMembership { proposal: proposed })
    }

    pub fn end(&mut self, membership: Uuid) -> Result<Decision, Refusal> {
        self.act(ADMIN, &EndMembership { membership, reason: "Left the study team.".into() })
    }

    pub fn disable(&mut self, person: Uuid) -> Result<Decision, Refusal> {
        self.act(ADMIN, &DisablePerson { person })
    }

    /// The newest image of each row, in an order of no meaning.
    pub fn rows(&self) -> Vec<LoadedRow> {
        self.rows.values().rev().cloned().collect()
    }

    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&chrono_tz::Asia::Shanghai).date_naive()
    }
}

/// A public key (RFC 8037, appendix A.2).
pub(crate) const JWK: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// The same as a set of one.
pub(crate) const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"lis","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

pub(crate) fn init() -> Init {
    let administrator = |name: &str| NewAdministrator {
        name: name.into(),
        display_name: format!("Synthetic {name}"),
        issuer: None,
        subject: None,
    };
    let key = |kid: &str, purpose| NewPublicKey { kid: kid.into(), purpose, jwk: JWK.into() };
    Init {
        administrators: [administrator(ADMIN), administrator(ADMIN_2)],
        public_keys: vec![
            key("token-1", KeyPurpose::Token),
            key("checkpoint-1", KeyPurpose::Checkpoint),
            key("installation-1", KeyPurpose::Installation),
        ],
    }
}

pub(crate) fn person(name: &str) -> AddPerson {
    AddPerson { name: name.into(), display_name: format!("Synthetic {name}"), issuer: None, subject: None }
}

pub(crate) fn register(study: Uuid, code: &str) -> RegisterStudy {
    RegisterStudy {
        study,
        code: code.into(),
        title: "Synthetic study of a cell therapy".into(),
        masking: Masking::Open,
        time_zone: "Asia/Shanghai".into(),
    }
}

/// A grant in NK-1 from 1 March 2026 that is right for the role.
pub(crate) fn grant(person: Uuid, role: Role) -> GrantMembership {
    use policy::{Party, Scope};
    GrantMembership {
        person,
        role: role.as_str().into(),
        study: (role.scope() != Scope::Installation).then_some(STUDY_1),
        sites: if role.scope() == Scope::Sites { vec![SITE_A] } else { Vec::new() },
        known_sites: vec![SITE_A, SITE_B],
        valid_from: day("2026-03-01"),
        valid_to: (role == Role::Auditor).then_some(day("2026-12-31")),
        chair: false,
        training_on: (role.side() == Party::Site).then_some(day("2026-02-27")),
        delegation: None,
    }
}

pub(crate) fn propose(grant: &GrantMembership) -> ProposeMembership {
    ProposeMembership { grant: grant.clone(), reason: "Needed for the synthetic study.".into() }
}

pub(crate) fn client(name: &str) -> AddServiceClient {
    AddServiceClient {
        name: name.into(),
        study: STUDY_1,
        site: SITE_A,
        known_sites: vec![SITE_A, SITE_B],
        public_jwks: JWKS.into(),
        scopes: vec!["system/Observation.cu".into()],
    }
}
