//! Days and the instants at which they begin.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use policy::Membership;

/// The first instant of a calendar day in a zone.
///
/// Where the clock skips midnight, the day begins later; where a zone skips the whole day (it once crossed
/// the date line), at the first instant after it.
pub(crate) fn day_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let half_hours = (0..=52).map_while(|steps| midnight.checked_add_signed(Duration::minutes(30 * steps)));
    half_hours
        .filter_map(|local| match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => None,
        })
        .next()
        .unwrap_or_else(|| midnight.and_utc())
}

/// The first instant after a calendar day in a zone; none at the end of the calendar.
pub(crate) fn day_end(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    day.succ_opt().map(|next| day_start(next, zone))
}

/// Whether two grants hold at a common instant, now or later.
pub(crate) fn meet(one: &Membership, other: &Membership, now: DateTime<Utc>) -> bool {
    let from = one.from.max(other.from).max(now);
    [one.until, other.until].into_iter().flatten().all(|until| from < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{Africa, America, Asia, Pacific};
    use policy::Role;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_of_the_zone() {
        assert_eq!(day_start(day("2026-11-22"), Tz::UTC), instant("2026-11-22T00:00:00Z"));
        assert_eq!(day_start(day("2026-11-22"), Asia::Shanghai), instant("2026-11-21T16:00:00Z"));
        assert_eq!(day_end(day("2026-11-22"), Asia::Shanghai), Some(instant("2026-11-22T16:00:00Z")));
        assert_eq!(day_end(NaiveDate::MAX, Tz::UTC), None);
    }

    #[test]
    fn a_day_without_midnight_begins_when_its_clock_does() {
        // Summer time began at midnight: 00:00 became 01:00.
        assert_eq!(day_start(day("2024-04-26"), Africa::Cairo), instant("2024-04-25T22:00:00Z"));
        // Summer time ended at midnight: 23:00 to 24:00 came twice, and the day began once, after both.
        assert_eq!(day_start(day("2023-11-05"), America::Havana), instant("2023-11-05T04:00:00Z"));
        // Samoa had no 30 December 2011.
        assert_eq!(day_start(day("2011-12-30"), Pacific::Apia), instant("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn grants_meet_when_an_instant_from_now_on_is_in_both() {
        let grant = |from: &str, until: Option<&str>| Membership {
            id: Uuid::nil(),
            study: None,
            role: Role::Administrator,
            sites: Vec::new(),
            from: instant(from),
            until: until.map(instant),
            chair: false,
        };
        let now = instant("2026-06-01T00:00:00Z");
        let first = grant("2026-01-01T00:00:00Z", Some("2026-07-01T00:00:00Z"));
        let next = grant("2026-07-01T00:00:00Z", None);
        assert!(!meet(&first, &next, now), "one ends where the other begins");
        assert!(meet(&first, &grant("2026-06-30T23:59:59Z", None), now));
        assert!(meet(&next, &grant("2030-01-01T00:00:00Z", None), now));
        assert!(
            !meet(&first, &grant("2026-02-01T00:00:00Z", Some("2026-06-01T00:00:00Z")), now),
            "only before"
        );
    }
}
