use super::*;
use crate::testing::{ADMIN, STUDY_1, World, at, register};

#[test]
fn a_registered_study_is_in_the_registry() {
    let mut world = World::founded();
    let decision = world.act(ADMIN, &register(STUDY_1, "NK-1")).unwrap();
    assert_eq!((decision.portal.len(), decision.portal[0].row), (1, STUDY_1));
    assert!(decision.membership.is_some());
    assert_eq!(world.portal.all_studies().collect::<Vec<_>>(), [(STUDY_1, "NK-1")]);
    let view = world.portal.study_for(&world.actor(ADMIN), "NK-1").unwrap();
    assert_eq!((view.id, view.masking, view.is_member), (STUDY_1, Masking::Open, false));
    assert_eq!(view.time_zone, "Asia/Shanghai");
}

#[test]
fn codes_have_a_form_and_are_unique() {
    let mut world = World::with_studies();
    let other = Uuid::from_u128(0x99);
    assert_eq!(world.refused(&register(other, "NK-1")), at("code", RefusalCode::Duplicate));
    assert_eq!(world.refused(&register(other, " ")), at("code", RefusalCode::Required));
    for code in ["A", "-A", "nk-9", "NK_9", "NK 9", "ÄÖ", &"A".repeat(21)] {
        assert_eq!(world.refused(&register(other, code)), at("code", RefusalCode::InvalidValue), "{code}");
    }
    for (number, code) in ["A1", "0-", &"A".repeat(20)].into_iter().enumerate() {
        world.act(ADMIN, &register(Uuid::from_u128(0x100 + number as u128), code)).unwrap();
    }
}

#[test]
fn title_zone_and_id_are_checked() {
    let mut world = World::with_studies();
    let study = register(Uuid::from_u128(0x99), "NK-9");
    let title = |title: String| RegisterStudy { title, ..study.clone() };
    assert_eq!(world.refused(&title(" ".into())), at("title", RefusalCode::Required));
    assert_eq!(world.refused(&title("x".repeat(501))), at("title", RefusalCode::InvalidValue));
    for zone in ["", "Asia/Beijing", "CST+8", "asia/shanghai "] {
        let wrong = RegisterStudy { time_zone: zone.into(), ..study.clone() };
        assert_eq!(world.refused(&wrong), at("timeZone", RefusalCode::InvalidValue), "{zone}");
    }
    let taken = RegisterStudy { study: STUDY_1, ..study.clone() };
    assert_eq!(world.refused(&taken), at("study", RefusalCode::Duplicate));
    let nil = RegisterStudy { study: Uuid::nil(), ..study.clone() };
    assert_eq!(world.refused(&nil), at("study", RefusalCode::Duplicate));
    world.forbids_others(&study);
}

#[test]
fn the_drawn_id_is_no_input() {
    let one = register(Uuid::from_u128(1), "NK-1").input();
    assert_eq!(one, register(Uuid::from_u128(2), "NK-1").input());
    assert_ne!(one, register(Uuid::from_u128(1), "NK-2").input());
    assert_eq!(one["timeZone"], "Asia/Shanghai");
}
