//! Time limits on serious adverse events.
//!
//! The site reports a serious event to the sponsor within 24 hours of its awareness (ICH E6(R3) 2.7.2, EU CTR art. 41).
//! Of the awareness the day is known: its first moment in the site's zone counts, so that no breach is overlooked.
//! The record itself is the report: the sponsor reads it at once. So the clock stops with the entry that tells of
//! the seriousness; a stop after the limit is a breach.

use super::Step;
use crate::command::change;
use crate::snapshot::tables::{Rec, find};
use crate::snapshot::{Snapshot, Subject};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use entity::rows;
use entity::terms::ClockKind;
use policy::{Change, Ids, Refusal};

/// Hours from the site's awareness to its report.
const SITE_HOURS: i64 = 24;

pub(super) fn run(step: &Step<'_>) -> Result<Vec<Change>, Refusal> {
    let mut ids = step.at.ids("clocks");
    let mut changes = Vec::new();
    for subject in step.changed() {
        for event in subject.rows.adverse_events.iter().filter(|event| !event.seriousness.is_empty()) {
            if let Some(clock) = clock(step, (subject, event), &mut ids) {
                changes.push(change(&clock)?);
            }
        }
    }
    Ok(changes)
}

/// The event's clock, when it has none yet, or when its awareness was corrected.
fn clock(
    step: &Step<'_>,
    (subject, event): (&Subject, &Rec<rows::AdverseEvent>),
    ids: &mut Ids<'_>,
) -> Option<rows::Clock> {
    let started_at = first_moment(event.aware_on?, zone_of(step.after, subject));
    let due_at = started_at + Duration::hours(SITE_HOURS);
    let held = subject
        .rows
        .clocks
        .iter()
        .find(|clock| clock.adverse_event_id == event.row.id && clock.kind == ClockKind::ClkSite);
    match held {
        Some(held) => {
            (held.started_at != started_at).then(|| rows::Clock { started_at, due_at, ..held.row.clone() })
        }
        None => Some(rows::Clock {
            id: ids.draw(),
            study_id: step.after.study(),
            subject_id: subject.id(),
            adverse_event_id: event.row.id,
            kind: ClockKind::ClkSite,
            started_at,
            due_at,
            stopped_at: Some(step.at.now()),
        }),
    }
}

pub(super) fn zone_of(study: &Snapshot, subject: &Subject) -> Tz {
    find(&study.rows.sites, subject.row.site_id).map_or(Tz::UTC, |site| crate::view::zone(&site.time_zone))
}

/// The first moment of a day in a zone. Where clocks jump over midnight the day begins after the jump.
fn first_moment(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local =
        (0..4).find_map(|hour| zone.from_local_datetime(&(midnight + Duration::hours(hour))).earliest());
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}
