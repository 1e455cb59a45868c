use super::*;
use crate::testing::{ADMIN, World, at};
use policy::RefusalCode;

fn set(key: SettingKey, value: &str) -> ChangeSetting {
    ChangeSetting { key: key.as_str().into(), value: value.into() }
}

#[test]
fn a_setting_has_its_default_until_it_is_changed() {
    let mut world = World::founded();
    let value = |world: &World| world.portal.setting(SettingKey::SessionIdleMinutes).to_owned();
    assert_eq!(value(&world), "15");
    let first = world.act(ADMIN, &set(SettingKey::SessionIdleMinutes, " 5 ")).unwrap();
    assert_eq!(value(&world), "5");
    let second = world.act(ADMIN, &set(SettingKey::SessionIdleMinutes, "30")).unwrap();
    assert_eq!(value(&world), "30");
    assert_eq!(first.portal[0].row, second.portal[0].row, "one row a setting");
    assert!(second.membership.is_some());
}

#[test]
fn the_list_of_settings_is_closed() {
    let mut world = World::founded();
    let unknown = ChangeSetting { key: "audit.enabled".into(), value: "false".into() };
    assert_eq!(world.refused(&unknown), at("key", RefusalCode::InvalidValue));
    for key in SettingKey::ALL {
        assert_eq!(SettingKey::parse(key.as_str()), Some(key));
        assert_eq!(key.check("value", key.default_value()).unwrap(), key.default_value());
    }
}

/// P11-25: sessions end after 5 to 30 idle minutes and after 12 hours at the latest.
#[test]
fn values_are_in_their_range() {
    let mut world = World::founded();
    for (key, values) in [
        (SettingKey::SessionIdleMinutes, &["4", "31", "-5", "+5", "05", "5.0", "five", "99999999999"][..]),
        (SettingKey::SessionHours, &["0", "13"]),
        (SettingKey::AccessReviewDays, &["0", "91"]),
    ] {
        for value in values {
            assert_eq!(world.refused(&set(key, value)), at("value", RefusalCode::InvalidValue), "{value}");
        }
        assert_eq!(world.refused(&set(key, " ")), at("value", RefusalCode::Required));
    }
    for (key, value) in [(SettingKey::SessionHours, "1"), (SettingKey::AccessReviewDays, "90")] {
        world.act(ADMIN, &set(key, value)).unwrap();
        assert_eq!(world.portal.setting(key), value);
    }
    let long = "x".repeat(101);
    assert_eq!(
        world.refused(&set(SettingKey::InstallationName, &long)),
        at("value", RefusalCode::InvalidValue)
    );
    world.act(ADMIN, &set(SettingKey::InstallationName, "试验中心")).unwrap();
    assert_eq!(world.portal.setting(SettingKey::InstallationName), "试验中心");
}

#[test]
fn only_administrators_change_settings() {
    World::with_studies().forbids_others(&set(SettingKey::SessionHours, "8"));
}
