//! Give a hospital system other keys.

use super::{Decide, change, input_of, permit};
use crate::{Portal, jwk};
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Give a hospital system other keys in place of those that it has. To rotate, the new key is put beside the old one
/// first; a token ends with the key by which it was asked for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeClientKeys {
    /// The client.
    pub client: Uuid,
    /// Its public keys from now on, as a JWK set.
    pub public_jwks: String,
}

impl Decide for ChangeClientKeys {
    fn act(&self) -> Act {
        Act::ChangeClientKeys
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, _: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let client = portal.tables.service_client.get(self.client);
        let client = client.ok_or_else(|| Refusal::not_found("client", Kind::Person))?;
        ensure!(
            client.status == AccountStatus::Active,
            Refusal::at("client", RefusalCode::WrongState, "the client is disabled: it asks for no tokens")
        );
        let public_jwks = jwk::public_key_set("publicJwks", &self.public_jwks)?;
        decision.portal.push(change(&rows::ServiceClient { public_jwks, ..client.clone() })?);
        Ok(decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ADMIN, JWKS, World, at, client};

    /// P11-39: a client's keys are public ones, and change as a whole.
    #[test]
    fn keys_change_as_a_whole() {
        let mut world = World::with_studies();
        let id = world.act(ADMIN, &client("hospital.lis")).unwrap().portal[0].row;
        let with = |public_jwks: &str| ChangeClientKeys { client: id, public_jwks: public_jwks.to_owned() };
        let other = JWKS.replace("\"kid\":\"", "\"kid\":\"next-");
        assert_ne!(other, JWKS);
        world.act(ADMIN, &with(&other)).unwrap();
        let held = world.portal.calling_client("hospital.lis").unwrap().public_jwks.to_owned();
        assert!(held.contains("next-"), "{held}");
        assert_eq!(world.refused(&with(r#"{"keys":[]}"#)), at("publicJwks", RefusalCode::Required));
        let unknown = ChangeClientKeys { client: Uuid::from_u128(9), public_jwks: JWKS.to_owned() };
        assert_eq!(world.refused(&unknown), at("client", RefusalCode::NotFound));
        world.end(id).unwrap();
        assert_eq!(world.refused(&with(JWKS)), at("client", RefusalCode::WrongState));
        world.forbids_others(&with(JWKS));
    }
}
