use super::*;
use crate::testing::{ADMIN, JWKS, SITE_A, SITE_X, STUDY_1, STUDY_2, World, at, client};
use policy::Role;

/// P11-39: a client is bound to its study, site and keys.
#[test]
fn a_client_acts_for_its_one_site() {
    let mut world = World::with_studies();
    let decision = world.act(ADMIN, &client("hospital.lis")).unwrap();
    assert_eq!(decision.role, Some(Role::Administrator));
    let actor = world.portal.client_actor("Hospital.LIS").unwrap();
    assert_eq!((actor.person, actor.client.as_deref()), (decision.portal[0].row, Some("hospital.lis")));
    assert_eq!(actor.memberships.len(), 1);
    let grant = &actor.memberships[0];
    assert_eq!(
        (grant.role, grant.study, &grant.sites[..]),
        (Role::HospitalClient, Some(STUDY_1), &[SITE_A][..])
    );
    assert!(actor.allows(Act::RecordLabResults, STUDY_1, Some(SITE_A)).is_some());
    assert!(actor.allows(Act::RecordLabResults, STUDY_1, Some(crate::testing::SITE_B)).is_none());
    assert!(actor.allows(Act::RecordLabResults, STUDY_2, Some(SITE_A)).is_none());
    let calling = world.portal.calling_client("hospital.lis").unwrap();
    assert_eq!(calling.scopes, ["system/Observation.cu"]);
    assert_eq!(
        serde_json::from_str::<Value>(calling.public_jwks).unwrap(),
        serde_json::from_str::<Value>(JWKS).unwrap()
    );
    assert_eq!(world.portal.actor("hospital.lis", world.now), None, "a client is no person");
    assert_eq!(world.portal.client_actor(ADMIN), None, "a person is no client");
}

#[test]
fn name_study_and_site_are_checked() {
    let mut world = World::with_studies();
    let with = client("hospital.lis");
    assert_eq!(world.refused(&client("no spaces")), at("name", RefusalCode::InvalidValue));
    assert_eq!(world.refused(&client("Admin.One")), at("name", RefusalCode::Duplicate));
    let study = AddServiceClient { study: SITE_X, ..with.clone() };
    assert_eq!(world.refused(&study), at("study", RefusalCode::NotFound));
    let site = AddServiceClient { site: SITE_X, ..with.clone() };
    assert_eq!(world.refused(&site), at("site", RefusalCode::NotFound));
    world.act(ADMIN, &with).unwrap();
    assert_eq!(world.refused(&with), at("name", RefusalCode::Duplicate));
    world.forbids_others(&client("other.lis"));
}

#[test]
fn keys_are_public() {
    let mut world = World::with_studies();
    let with =
        |public_jwks: &str| AddServiceClient { public_jwks: public_jwks.into(), ..client("hospital.lis") };
    assert_eq!(world.refused(&with("")), at("publicJwks", RefusalCode::Required));
    assert_eq!(world.refused(&with("no json")), at("publicJwks", RefusalCode::InvalidValue));
    assert_eq!(world.refused(&with(r#"{"keys":[]}"#)), at("publicJwks", RefusalCode::Required));
    let private = with(&JWKS.replace("\"kid\"", "\"d\":\"AQAB\",\"kid\""));
    assert_eq!(world.refused(&private), at("publicJwks.keys.0.d", RefusalCode::InvalidValue));
}

#[test]
fn scopes_are_known() {
    let mut world = World::with_studies();
    let with = |scopes: &[&str]| AddServiceClient {
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..client("hospital.lis")
    };
    assert_eq!(world.refused(&with(&[])), at("scopes", RefusalCode::Required));
    for scope in [
        "system/*.cruds",
        "system/Patient.r",
        "system/Observation.d",
        "system/Observation.",
        "system/Observation.uc",
        "system/Observation.cc",
        "user/Observation.c",
        "Observation",
    ] {
        let refused = world.refused(&with(&["system/Observation.c", scope]));
        assert_eq!(refused, at("scopes.1", RefusalCode::InvalidValue), "{scope}");
    }
    world
        .act(ADMIN, &with(&["system/Observation.cru", "system/AdverseEvent.c", "system/AdverseEvent.c"]))
        .unwrap();
    let calling = world.portal.calling_client("hospital.lis").unwrap();
    assert_eq!(calling.scopes, ["system/AdverseEvent.c", "system/Observation.cru"]);
}
