//! A dose's fields, and what is right for them.

use crate::command::{Desk, check};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::terms::Agent;
use entity::{Exact, rows};
use policy::{Refusal, RefusalCode, ensure};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

/// A dose is at most this many times the planned one; more is a slip in weight or cells.
const TIMES_PLANNED: i64 = 10;
/// Most characters of a lot.
const LOT_MAX: usize = 60;
/// Decimals of cells per kilogram that are kept where the division does not come out even.
const CELL_DECIMALS: u32 = 3;

/// What is recorded of a dose.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DoseFields {
    /// What was given.
    pub agent: Agent,
    /// Which dose of the agent it is, from 1; the next unless given.
    pub ordinal: Option<i32>,
    /// The day, not in the future.
    pub given_on: NaiveDate,
    /// When it began, `HH:MM`.
    pub start_time: Option<String>,
    /// When it ended, `HH:MM`.
    pub end_time: Option<String>,
    /// Body weight in kilograms, 20 to 300; required for the product.
    pub weight_kg: Option<String>,
    /// Cells given in total; required for the product, and absent for anything else.
    pub total_cells: Option<String>,
    /// The lot.
    pub lot: Option<String>,
}

impl DoseFields {
    /// The row that the fields make, under an id that may be a saved dose's.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, planned): (Uuid, Option<Exact>),
    ) -> Result<rows::Dose, Refusal> {
        check::recordable(desk, subject, ("givenOn", self.given_on))?;
        let enrolled = subject.row.enrolled_on.ok_or_else(|| {
            Refusal::at(
                "subject",
                RefusalCode::WrongState,
                "nothing is given before enrolment: enrol the subject first",
            )
        })?;
        check::not_before("givenOn", self.given_on, enrolled, "enrolment")?;
        let ordinal = self.in_turn(subject, id)?;
        let product = self.agent == subject.rulebook.product().agent;
        let weight = check::body_weight("weightKg", self.weight_kg.as_deref())?;
        let total = check::decimal("totalCells", self.total_cells.as_deref())?;
        let (planned, actual) = if product {
            let (Some(weight), Some(total)) = (weight, total) else {
                let path = if weight.is_none() { "weightKg" } else { "totalCells" };
                return Err(Refusal::at(
                    path,
                    RefusalCode::Required,
                    "a dose of cells needs body weight and total cells",
                ));
            };
            (planned, Some(per_kg(total.decimal(), weight.decimal(), planned)?))
        } else {
            self.not_cells(subject)?;
            (None, None)
        };
        Ok(rows::Dose {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            ordinal,
            agent: self.agent,
            planned_cells_per_kg: planned,
            weight_kg: weight,
            total_cells: total,
            actual_cells_per_kg: actual,
            given_on: self.given_on,
            start_time: check::clock_time("startTime", self.start_time.as_deref())?,
            end_time: check::clock_time("endTime", self.end_time.as_deref())?,
            lot: check::optional("lot", self.lot.as_deref(), LOT_MAX)?,
        })
    }

    /// The dose's number, which is its own, with days in the order of the numbers.
    fn in_turn(&self, subject: &Subject, id: Uuid) -> Result<i32, Refusal> {
        let others = || subject.rows.doses.iter().filter(|it| it.agent == self.agent && it.row.id != id);
        let saved = subject.rows.doses.iter().find(|it| it.row.id == id).map(|it| it.ordinal);
        let next = || others().map(|it| it.ordinal).max().unwrap_or(0) + 1;
        let ordinal = self.ordinal.or(saved).unwrap_or_else(next);
        ensure!(ordinal >= 1, Refusal::invalid("ordinal", "doses of an agent are numbered from 1"));
        ensure!(
            others().all(|it| it.ordinal != ordinal),
            Refusal::at(
                "ordinal",
                RefusalCode::Duplicate,
                "the agent's dose of that number is recorded already"
            )
        );
        let crossed = others().any(|it| {
            if it.ordinal < ordinal { it.given_on > self.given_on } else { it.given_on < self.given_on }
        });
        ensure!(
            !crossed,
            Refusal::invalid("givenOn", "doses of an agent follow each other in the order of their numbers")
        );
        Ok(ordinal)
    }

    /// Lymphodepletion has no cells, and other agents are none of the protocol's.
    fn not_cells(&self, subject: &Subject) -> Result<(), Refusal> {
        use entity::term::Term;
        let product = subject.rulebook.product();
        ensure!(
            product.lymphodepletion.contains(&self.agent),
            Refusal::invalid("agent", {
                let agents = product.lymphodepletion.iter().chain([&product.agent]);
                format!(
                    "the protocol gives no {}; it gives {}",
                    self.agent.as_str(),
                    check::one_of(agents.map(|it| it.as_str()))
                )
            })
        );
        ensure!(
            self.total_cells.is_none(),
            Refusal::invalid("totalCells", "only the product is counted in cells: leave it out")
        );
        Ok(())
    }
}

/// Cells per kilogram: exact where the division comes out even, else to a thousandth of a cell.
fn per_kg(total: Decimal, weight: Decimal, planned: Option<Exact>) -> Result<Exact, Refusal> {
    ensure!(total > Decimal::ZERO, Refusal::invalid("totalCells", "more than 0 cells are given"));
    let actual = total.checked_div(weight).map(|it| it.round_dp(CELL_DECIMALS).normalize());
    let actual = actual.ok_or_else(|| Refusal::invalid("totalCells", "the number of cells is too large"))?;
    let most = planned.and_then(|planned| planned.decimal().checked_mul(Decimal::from(TIMES_PLANNED)));
    ensure!(
        most.is_none_or(|most| actual <= most),
        Refusal::at(
            "totalCells",
            RefusalCode::Implausible,
            format!(
                "that is {actual} cells/kg, more than {TIMES_PLANNED} times the planned dose: check weight and cells"
            ),
        )
    );
    check::exact("totalCells", actual)
}
