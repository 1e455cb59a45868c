//! What of the ledger a viewer may see: which entries, which of their changes, which fields of those.
//!
//! Default closed: a table that is not in the one list below is hidden, and so is a change whose image was not
//! passed in, a subject out of scope, and a reason that speaks of a change the viewer may not see.
//!
//! Invariant: nothing of the open stream is shown to who does not see [`DataGroup::AuditTrail`]; the board never does.
//! Invariant: nothing of the sealed stream, not even that it moved, is shown to who does not see
//! [`DataGroup::UnmaskingAuditTrail`] of a masked study.

use super::rights::Sight;
use super::{NodeKind, View};
use policy::{DataClass, DataGroup};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Table, the data group that its changes belong to, and the kind of thing that a row of it is.
type TableRule = (&'static str, DataGroup, Option<NodeKind>);

/// The one list. A table that is missing here is in no trail.
#[rustfmt::skip]
const TABLES: &[TableRule] = &[
    ("study",                   DataGroup::StudyDesign,        Some(NodeKind::Study)),
    ("protocol_version",        DataGroup::StudyDesign,        None),
    ("site",                    DataGroup::Sites,              Some(NodeKind::Site)),
    ("cohort",                  DataGroup::Dosing,             Some(NodeKind::Cohort)),
    ("planned_visit",           DataGroup::StudyDesign,        Some(NodeKind::PlannedVisit)),
    ("subject",                 DataGroup::Subjects,           Some(NodeKind::Subject)),
    ("allocation",              DataGroup::Dosing,             Some(NodeKind::Allocation)),
    ("consent",                 DataGroup::Consent,            Some(NodeKind::Consent)),
    ("eligibility_result",      DataGroup::Eligibility,        Some(NodeKind::EligibilityResult)),
    ("visit",                   DataGroup::Visits,             Some(NodeKind::Visit)),
    ("assessment",              DataGroup::Efficacy,           Some(NodeKind::Assessment)),
    ("autoantibody_panel",      DataGroup::LabResults,         Some(NodeKind::AutoantibodyPanel)),
    ("autoantibody_result",     DataGroup::LabResults,         Some(NodeKind::AutoantibodyResult)),
    ("lab_result",              DataGroup::LabResults,         Some(NodeKind::LabResult)),
    ("dose",                    DataGroup::Dosing,             Some(NodeKind::Dose)),
    ("medication",              DataGroup::Medication,         Some(NodeKind::Medication)),
    ("adverse_event",           DataGroup::AdverseEvents,      Some(NodeKind::AdverseEvent)),
    ("adverse_event_grade",     DataGroup::AdverseEvents,      Some(NodeKind::AdverseEventGrade)),
    ("adverse_event_causality", DataGroup::AdverseEvents,      Some(NodeKind::AdverseEventCausality)),
    ("dlt_adjudication",        DataGroup::Adjudication,       Some(NodeKind::DltAdjudication)),
    ("intercurrent_event",      DataGroup::IntercurrentEvents, Some(NodeKind::IntercurrentEvent)),
    ("protocol_deviation",      DataGroup::ProtocolDeviations, Some(NodeKind::ProtocolDeviation)),
    ("deviation_review",        DataGroup::ProtocolDeviations, None),
    ("disposition",             DataGroup::Subjects,           Some(NodeKind::Disposition)),
    ("data_cut",                DataGroup::OpenReport,         Some(NodeKind::DataCut)),
    ("closed_cut",              DataGroup::ClosedReport,       None),
    ("change_reason",           DataGroup::AuditTrail,         Some(NodeKind::ChangeReason)),
    ("proposal",                DataGroup::AuditTrail,         Some(NodeKind::Proposal)),
    ("finding",                 DataGroup::DataQueries,        Some(NodeKind::Finding)),
    ("stopping_rule",           DataGroup::StoppingRules,      Some(NodeKind::StoppingRule)),
    ("clock",                   DataGroup::SeriousEvents,      Some(NodeKind::Clock)),
    ("redaction",               DataGroup::AuditTrail,         None),
];

/// Of which of a study's streams a trail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailOf {
    /// The open stream.
    Open,
    /// The sealed stream, which in masked studies holds what could give away the treatment.
    Sealed,
}

impl TrailOf {
    /// The group of the trail as such.
    fn group(self) -> DataGroup {
        match self {
            TrailOf::Open => DataGroup::AuditTrail,
            TrailOf::Sealed => DataGroup::UnmaskingAuditTrail,
        }
    }
}

fn rule(table: &str) -> Option<&'static TableRule> {
    TABLES.iter().find(|rule| rule.0 == table)
}

/// The data group of a table's changes; none for a table that is not known, which is then hidden.
pub fn group_of(table: &str) -> Option<DataGroup> {
    rule(table).map(|rule| rule.1)
}

/// The kind of thing that a row of a table is; none for one without a global id.
pub(super) fn kind_of(table: &str) -> Option<NodeKind> {
    rule(table)?.2
}

/// The group of a table's changes in a stream: results are sealed only when they could give away the treatment.
fn group_in(of: TrailOf, table: &str) -> Option<DataGroup> {
    match (of, group_of(table)?) {
        (TrailOf::Sealed, DataGroup::LabResults) => Some(DataGroup::UnmaskingResults),
        (TrailOf::Sealed, DataGroup::AuditTrail) => Some(of.group()),
        (TrailOf::Open | TrailOf::Sealed, group) => Some(group),
    }
}

/// Texts of the sealed trail that the board may read: codes and numbers, and nothing that a person wrote.
const BOARD_TEXTS: &[(&str, &str)] = &[
    ("dose", "agent"),
    ("dose", "planned_cells_per_kg"),
    ("dose", "weight_kg"),
    ("dose", "total_cells"),
    ("dose", "actual_cells_per_kg"),
    ("closed_cut", "closed_hash"),
];

/// How a field of an image leaves.
enum Field {
    /// By the group of its table.
    Plain,
    /// By a group of its own besides.
    Of(DataGroup),
    /// As the global id of what it names.
    Names(NodeKind),
    /// As a global id, by a group of its own besides.
    NamesOf(DataGroup, NodeKind),
    /// Never: an id of the inside, something that could name a person, or a copy of another row.
    Never,
}

fn field(table: &str, name: &str) -> Field {
    match (table, name) {
        ("subject", "sex" | "birth_year") => Field::Of(DataGroup::Age),
        ("subject", "eligibility_confirmed_on") => Field::Of(DataGroup::Eligibility),
        ("subject", "bilag_history") => Field::Of(DataGroup::Efficacy),
        ("subject", "identity_fields" | "identity_commitment")
        | ("redaction", "replacement" | "reason")
        | ("proposal", "payload" | "proposed_by" | "decided_by") => Field::Never,
        ("adverse_event", "seriousness" | "narrative" | "aware_on") => Field::Of(DataGroup::SeriousEvents),
        ("stopping_rule", "cohort_id") => Field::NamesOf(DataGroup::Dosing, NodeKind::Cohort),
        (_, "visit_id") => Field::Names(NodeKind::Visit),
        (_, "panel_id") => Field::Names(NodeKind::AutoantibodyPanel),
        (_, "adverse_event_id") => Field::Names(NodeKind::AdverseEvent),
        (_, "cohort_id") => Field::Names(NodeKind::Cohort),
        (_, "site_id") => Field::Names(NodeKind::Site),
        (_, "id") => Field::Never,
        (_, name) if name.ends_with("_id") => Field::Never,
        (_, _) => Field::Plain,
    }
}

/// One change of an entry, as the entry's header names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow<'t> {
    /// The stream.
    pub of: TrailOf,
    /// The table.
    pub table: &'t str,
    /// The row.
    pub row: Uuid,
    /// The row's subject.
    pub subject: Option<Uuid>,
    /// The row after the entry; none when it was not read, and then the change is not shown.
    pub image: Option<&'t str>,
}

/// One field of a changed row, with its values as text: of strings themselves, of anything else JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownField {
    /// The field's name, in the spelling of the API.
    pub name: String,
    /// The value before; none when there was none.
    pub before: Option<String>,
    /// The value after; none when there is none.
    pub after: Option<String>,
}

impl View {
    /// Whether the viewer sees the audit trail at all.
    pub fn sees_trail(&self) -> bool {
        !self.is_board() && self.sight(DataGroup::AuditTrail) == Sight::Clear
    }

    /// Whether the viewer sees the trail of a stream at all. In an open study nothing is sealed but board matters,
    /// which have no trail.
    pub fn sees_trail_of(&self, of: TrailOf) -> bool {
        match of {
            TrailOf::Open => self.sees_trail(),
            TrailOf::Sealed => self.is_masked_study() && self.sight(of.group()) == Sight::Clear,
        }
    }

    /// The newest entry of a stream's trail in what the viewer sees; none for who does not see the trail.
    pub fn trail_end(&self, of: TrailOf) -> Option<u64> {
        let snapshot = self.snapshot();
        self.sees_trail_of(of).then(|| match of {
            TrailOf::Open => snapshot.open().revision.0,
            TrailOf::Sealed => snapshot.sealed().revision.0,
        })
    }

    /// Whether every entry of a stream's trail is listed for the viewer, so that they need not be looked through.
    pub fn lists_every_entry(&self, of: TrailOf) -> bool {
        let sees = |site| {
            self.rights_at(site).is_some_and(|rights| {
                rights.sight(DataGroup::Subjects).sees_rows() && rights.sight(of.group()) == Sight::Clear
            })
        };
        // What an entry that is of no subject can be of.
        let of_the_study =
            [DataGroup::StudyDesign, DataGroup::Sites, DataGroup::Dosing, DataGroup::OpenReport];
        of == TrailOf::Open
            && self.sees_trail()
            && self.snapshot().rows.sites.iter().all(|site| sees(site.id))
            && of_the_study.iter().all(|group| self.sight(*group) == Sight::Clear)
    }

    /// Whether an entry of the open stream is listed, which takes no images: when a change of it is of a subject in scope,
    /// or when none is of a subject and one may be shown, so that no site reads who of the board made a cut. An entry of
    /// the sealed stream is listed for what it shows alone.
    pub fn lists_entry(&self, of: TrailOf, rows: &[TrailRow<'_>]) -> bool {
        let in_scope = |row: &TrailRow<'_>| row.subject.is_some() && self.trail_sight(row, of.group());
        let of_nobody = of == TrailOf::Open
            && rows.iter().all(|row| row.subject.is_none())
            // A reason alone says only that something happened, and is not shown without what it is the reason of.
            && rows.iter().any(|row| row.table != "change_reason" && self.may_show(row));
        match of {
            TrailOf::Open => self.sees_trail() && (of_nobody || rows.iter().any(in_scope)),
            TrailOf::Sealed => self.sees_trail_of(of) && rows.iter().any(|row| self.may_show(row)),
        }
    }

    /// Whether a change may be among those that are shown, as far as its table and subject tell.
    pub fn may_show(&self, row: &TrailRow<'_>) -> bool {
        self.trail_sight(row, row.of.group())
            && group_in(row.of, row.table).is_some_and(|group| self.shows_group(row, group))
    }

    /// Positions of the changes of an entry that the viewer may see; none when the entry is not to be listed.
    pub fn show_trail(&self, of: TrailOf, rows: &[TrailRow<'_>]) -> Option<Vec<usize>> {
        if !self.lists_entry(of, rows) {
            return None;
        }
        let shown =
            |row: &TrailRow<'_>| row.image.is_some() && self.shows_row(row) && self.shows_reason(row, rows);
        let shown: Vec<usize> =
            rows.iter().enumerate().filter(|(_, row)| shown(row)).map(|(at, _)| at).collect();
        // Of the sealed stream an entry that shows nothing would tell that something happened.
        (of == TrailOf::Open || !shown.is_empty()).then_some(shown)
    }

    /// Fields that differ between the row before and after, as far as the viewer may see them; none for a row
    /// that may not be seen. Without `before` the row was new.
    pub fn show_fields(&self, row: &TrailRow<'_>, before: Option<&str>) -> Option<Vec<ShownField>> {
        let earlier = TrailRow { image: before.or(row.image), ..row.clone() };
        if !self.sees_trail_of(row.of)
            || row.image.is_none()
            || !self.shows_row(row)
            || !self.shows_row(&earlier)
        {
            return None;
        }
        let after = image(row.image?)?;
        let before = match before {
            Some(before) => image(before)?,
            None => Map::new(),
        };
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let changed = names.into_iter().filter(|name| value(&before, name) != value(&after, name));
        Some(changed.filter_map(|name| self.show_field(row, name, (&before, &after))).collect())
    }

    /// The global id of a changed row, if its kind of thing has one.
    pub fn trail_id(&self, row: &TrailRow<'_>) -> Option<String> {
        let kind = rule(row.table)?.2?;
        self.shows_row(row).then(|| self.id(kind, row.row))
    }

    /// The global id of a changed row, for whoever can open the record as it stands: that needs no audit trail.
    pub fn record_id(&self, row: &TrailRow<'_>) -> Option<String> {
        let id = self.id(kind_of(row.table)?, row.row);
        self.find(&id).is_some().then_some(id)
    }

    /// The global id of a data cut that an entry made, for whoever reads the open report: all that the board
    /// hears of a study.
    pub fn show_release(&self, rows: &[TrailRow<'_>]) -> Option<String> {
        let cut = rows.iter().find(|row| row.table == "data_cut")?;
        let released = self.snapshot().cuts().any(|it| it.id == cut.row);
        (released && self.sight(DataGroup::OpenReport).sees_rows())
            .then(|| self.id(NodeKind::DataCut, cut.row))
    }

    fn shows_row(&self, row: &TrailRow<'_>) -> bool {
        if !self.may_show(row) {
            return false;
        }
        // A site out of scope is as if it were not, and its row names no subject by which to tell.
        if row.table == "site" && self.site_by_row(row.row).is_none() {
            return false;
        }
        // A finding speaks of another row and may quote it.
        match (row.table, row.image) {
            ("finding", Some(text)) => match image(text) {
                Some(finding) => match finding.get("recordTable") {
                    None | Some(Value::Null) => true,
                    Some(table) => {
                        let group = table.as_str().and_then(|table| group_in(row.of, table));
                        group.is_some_and(|group| self.shows_group(row, group))
                    }
                },
                None => false,
            },
            ("finding", None) => false,
            (_, _) => true,
        }
    }

    /// Whether the viewer sees a group where the row is, and, in masked studies, its trail.
    fn shows_group(&self, row: &TrailRow<'_>, group: DataGroup) -> bool {
        let unmasks = self.is_masked_study()
            && match group.class() {
                DataClass::Allocation | DataClass::Unmasking => true,
                DataClass::Public
                | DataClass::Operational
                | DataClass::Clinical
                | DataClass::Identifying
                | DataClass::BoardClosed
                | DataClass::Security => false,
            };
        self.trail_sight(row, group) && (!unmasks || self.trail_sight(row, DataGroup::UnmaskingAuditTrail))
    }

    /// A reason may quote what it is the reason of: it is shown only with every other change beside it that
    /// belongs to its subject or to none. What was not read with it is judged by its table alone.
    fn shows_reason(&self, row: &TrailRow<'_>, rows: &[TrailRow<'_>]) -> bool {
        if row.table != "change_reason" {
            return true;
        }
        let beside = rows.iter().filter(|other| other.subject.is_none() || other.subject == row.subject);
        beside.filter(|other| other.table != "change_reason").all(|other| match other.image {
            Some(_) => self.shows_row(other),
            None => group_in(other.of, other.table).is_some_and(|group| self.shows_group(other, group)),
        })
    }

    /// Whether the viewer sees values of a group of the row's subject, or of the study when it has none.
    fn trail_sight(&self, row: &TrailRow<'_>, group: DataGroup) -> bool {
        let sight = match row.subject {
            Some(subject) => self.subject_by_row(subject).map_or(Sight::Hidden, |it| it.sight(group)),
            None => self.sight(group),
        };
        sight == Sight::Clear
    }

    /// A value as the board may see it: no text that a site wrote, no day of the calendar.
    fn board_value(
        &self,
        row: &TrailRow<'_>,
        name: &str,
        kind: Option<NodeKind>,
        value: &Value,
    ) -> Option<String> {
        let first_dose = || self.snapshot().subject(row.subject?)?.first_dose_on();
        match value {
            Value::String(id) if kind.is_some() => Some(self.id(kind?, id.parse().ok()?)),
            Value::String(day) => match day.parse() {
                Ok(date) => {
                    let shown = self.show_date(Some(date), first_dose());
                    shown.study_day.map(|day| format!("study day {day}"))
                }
                Err(_) => BOARD_TEXTS.contains(&(row.table, name)).then(|| day.clone()),
            },
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn show_field(
        &self,
        row: &TrailRow<'_>,
        name: &str,
        (before, after): (&Map<String, Value>, &Map<String, Value>),
    ) -> Option<ShownField> {
        let column = column(name);
        let kind = match field(row.table, &column) {
            Field::Plain => None,
            Field::Of(group) => self.shows_group(row, group).then_some(None)?,
            Field::Names(kind) => Some(kind),
            Field::NamesOf(group, kind) => self.shows_group(row, group).then_some(Some(kind))?,
            Field::Never => return None,
        };
        let text = |image| {
            let value = value(image, name)?;
            if self.is_board() {
                return self.board_value(row, &column, kind, value);
            }
            match (kind, value) {
                (Some(kind), value) => {
                    value.as_str().and_then(|id| id.parse().ok()).map(|named: Uuid| self.id(kind, named))
                }
                (None, Value::String(text)) => Some(text.clone()),
                (None, other) => Some(other.to_string()),
            }
        };
        Some(ShownField { name: name.to_owned(), before: text(before), after: text(after) })
    }
}

/// An image; none of a text that is no object, which is then hidden.
fn image(text: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(text).ok()
}

fn value<'i>(image: &'i Map<String, Value>, name: &str) -> Option<&'i Value> {
    image.get(name).filter(|value| !value.is_null())
}

/// The column that a key of an image is of. Images spell as the API does, and the rules above name columns.
fn column(key: &str) -> String {
    let mut column = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            column.push('_');
        }
        column.push(letter.to_ascii_lowercase());
    }
    column
}

#[cfg(test)]
mod tests;
