//! What happens to one subject, from screening to month 6, written by the site's own people.

use super::data::{Activity, Course, Event, Panel};
use super::making::{Demo, PROTOCOL, coordinator, investigator};
use crate::cli::Told;
use crate::cli::installation::{fresh, look};
use chrono::{Datelike, Days, NaiveDate};
use study::command::conduct::{
    AssessmentItems, BilagEntry, BilagValue, ClassifyProtocolDeviation, DeviationFields, DoseFields,
    FlareAnswers, IntercurrentEventFields, MedicationFields, PanelResult, RecordAssessment,
    RecordAutoantibodyPanel, RecordDose, RecordIntercurrentEvent, RecordMedication, RecordProtocolDeviation,
    RecordVisit, ReviewProtocolDeviations, VisitFields,
};
use study::command::enrolment::{
    ConfirmEligibility, CriterionFound, EnrollSubject, GivenConsent, RecordEligibility, ScreenSubject,
};
use study::command::safety::{
    AdjudicateDlt, AdverseEventFields, AgentCausality, GradeSince, ReportAdverseEvent,
};
use study::instrument::{AstctFindings, CrsFindings, LldasExtras};
use study::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Autoantibody, Causality, ConsentPurpose, CriterionKind,
    CriterionResult, DeviationCategory, Frequency, GradeScale, Indication, IntercurrentEventKind,
    MedicationClass, OxygenSupport, Route, SeriousnessCriterion, Sex, Term, VisitStatus,
};
use uuid::Uuid;

/// A subject and one of its visits.
type At = (Uuid, Uuid);

impl Demo {
    /// Everything that happens to one subject.
    pub(super) async fn course(&self, course: &Course, dosed_days_ago: i64) -> Told<()> {
        let day_1 = self.today - days(dosed_days_ago)?;
        let on = |day: i64| -> Told<NaiveDate> {
            let after = if day > 0 { day - 1 } else { day };
            if after >= 0 { Ok(day_1 + days(after)?) } else { Ok(day_1 - days(-after)?) }
        };
        let who = coordinator(course.site);
        let subject = self.screened(course, (on(-21)?, on(-20)?)).await?;
        let screening = self.visit((&who, subject), Some("SCREENING"), on(-20)?).await?;
        self.activity(&who, (subject, screening), &course.baseline).await?;
        self.extras(&who, (subject, screening), course, -20).await?;
        self.panel(&who, screening, course.panels[0]).await?;
        self.eligible(course.site, subject, (on(-19)?, on(-8)?)).await?;
        let enrol = EnrollSubject {
            subject,
            cohort: Some(self.cohorts[course.level - 1]),
            enrolled_on: Some(on(-7)?),
        };
        self.act(&who, enrol).await?;
        for (drug, from, to) in course.steroids {
            let steroid = RecordMedication {
                subject,
                medication: MedicationFields {
                    drug: "prednisone".to_owned(),
                    class: MedicationClass::Glucocorticoid,
                    dose: Some((*drug).to_owned()),
                    unit: Some("mg".to_owned()),
                    route: Route::Oral,
                    frequency: Some(Frequency::Qd),
                    start: on(*from)?.to_string(),
                    end: to.map(on).transpose()?.map(|day| day.to_string()),
                    ongoing: to.is_none(),
                    indication: Indication::Sle,
                },
            };
            self.act(&who, steroid).await?;
        }
        let background = RecordMedication {
            subject,
            medication: MedicationFields {
                drug: "hydroxychloroquine".to_owned(),
                class: MedicationClass::Antimalarial,
                dose: Some("200".to_owned()),
                unit: Some("mg".to_owned()),
                route: Route::Oral,
                frequency: Some(Frequency::Bid),
                start: (day_1.year() - 2).to_string(),
                end: None,
                ongoing: true,
                indication: Indication::Sle,
            },
        };
        self.act(&who, background).await?;
        self.doses((&who, subject), course, (on(-5)?, on(-3)?, day_1)).await?;
        let day_14 = self.visit((&who, subject), Some("DAY_14"), on(14)?).await?;
        self.panel(&who, day_14, course.panels[1]).await?;
        let day_28 = self.visit((&who, subject), Some("DAY_28"), on(28)?).await?;
        self.sledai(&who, (subject, day_28), course.day_28).await?;
        for event in course.events {
            self.event((&who, subject), event, &on).await?;
        }
        if let Some(day) = course.rescue_on {
            let rescue = RecordIntercurrentEvent {
                subject,
                event: IntercurrentEventFields {
                    kind: IntercurrentEventKind::SteroidIncrease,
                    occurred_on: on(day)?,
                    days: Some(20),
                    note: Some("Synthetic: rescue for a flare".to_owned()),
                },
            };
            self.act(&who, rescue).await?;
        }
        for (code, day, activity, panel) in [
            ("MONTH_3", 91, &course.month_3, course.panels[2]),
            ("MONTH_6", 181, &course.month_6, course.panels[3]),
        ] {
            let visit = self.visit((&who, subject), Some(code), on(day)?).await?;
            self.activity(&who, (subject, visit), activity).await?;
            self.extras(&who, (subject, visit), course, day).await?;
            let rescued = course.rescue_on.is_some_and(|on| code == "MONTH_3" && on < day);
            self.flare((&who, subject, visit), course, rescued).await?;
            self.panel(&who, visit, panel).await?;
        }
        if course.rescue_on.is_some() {
            self.deviation((&who, subject), on(28)?).await?;
        }
        let through = on(181)?;
        self.act("medical-monitor", ReviewProtocolDeviations { subject, through, reason: None }).await?;
        Ok(())
    }

    /// The form on flares: quiet, but for a rescue that a new manifestation led to.
    async fn flare(
        &self,
        (who, subject, visit): (&str, Uuid, Uuid),
        course: &Course,
        rescued: bool,
    ) -> Told<()> {
        let answers = FlareAnswers {
            hospitalised: Some(false),
            severe_manifestation: Some(false),
            mild_moderate_manifestation: Some(rescued),
            new_immunosuppressant: Some(false),
            new_nsaid_or_hydroxychloroquine: Some(false),
            weight_kg: Some(course.weight_kg.to_owned()),
        };
        self.assess(who, (subject, visit), AssessmentItems::FlareExtras(answers)).await
    }

    /// A protocol deviation without weight, classified by the medical monitor.
    async fn deviation(&self, (who, subject): (&str, Uuid), occurred_on: NaiveDate) -> Told<()> {
        let record = RecordProtocolDeviation {
            subject,
            deviation: DeviationFields {
                category: DeviationCategory::Procedure,
                occurred_on,
                description: "Synthetic: body weight was not measured".to_owned(),
            },
        };
        let deviation = self.act(who, record).await?;
        let view = look(&self.store, "medical-monitor", self.study).await?;
        let expected_revision = view.protocol_deviation_by_row(deviation).map(|held| held.revision());
        let classify = ClassifyProtocolDeviation {
            subject,
            deviation,
            important: false,
            affects_efficacy: false,
            rationale: "Synthetic: no outcome reads it".to_owned(),
            reason: None,
            expected_revision,
        };
        self.act("medical-monitor", classify).await.map(|_| ())
    }

    async fn screened(&self, course: &Course, (consented, screened): (NaiveDate, NaiveDate)) -> Told<Uuid> {
        let consent = |purpose| GivenConsent { purpose, version: "1.0".to_owned(), given_on: consented };
        let screen = ScreenSubject {
            site: self.sites[course.site],
            sex: if course.female { Sex::Female } else { Sex::Male },
            birth_year: screened.year() - course.age,
            screened_on: Some(screened),
            consents: vec![consent(ConsentPurpose::Study), consent(ConsentPurpose::SensitiveData)],
            bilag_history: Vec::new(),
            identity: Some(policy::Identity {
                initials: Some("SYNT".to_owned()),
                birth_date: NaiveDate::from_ymd_opt(screened.year() - course.age, 1, 1),
                hospital_number: Some(format!("SYNTHETIC-{}", fresh().simple())),
                ..policy::Identity::default()
            }),
        };
        self.act(&coordinator(course.site), screen).await
    }

    async fn visit(&self, (who, subject): (&str, Uuid), code: Option<&str>, date: NaiveDate) -> Told<Uuid> {
        let visit = RecordVisit {
            subject,
            visit: VisitFields {
                code: code.map(str::to_owned),
                date,
                status: VisitStatus::Occurred,
                note: None,
            },
        };
        self.act(who, visit).await
    }

    async fn assess(&self, who: &str, (subject, visit): At, items: AssessmentItems) -> Told<()> {
        let record = RecordAssessment { subject, visit, assessed_on: None, assessor: None, items };
        self.act(who, record).await.map(|_| ())
    }

    async fn sledai(&self, who: &str, at: At, present: &[&str]) -> Told<()> {
        let present = present.iter().map(|code| (*code).to_owned()).collect();
        self.assess(who, at, AssessmentItems::sledai(present, Vec::new(), None)).await
    }

    async fn activity(&self, who: &str, at: At, activity: &Activity) -> Told<()> {
        self.sledai(who, at, activity.sledai).await?;
        if let Some(items) = activity.bilag {
            let score = |(number, score): &(u8, u8)| BilagEntry {
                number: i64::from(*number),
                value: BilagValue::Score(i64::from(*score)),
            };
            // Blood values that leave the haematological and renal systems quiet.
            let value =
                |number: i64, value: &str| BilagEntry { number, value: BilagValue::Number(value.to_owned()) };
            let measured = [
                value(78, "120"),
                value(79, "75"),
                value(83, "10"),
                value(86, "70"),
                value(87, "95"),
                value(90, "13.1"),
                value(91, "6.2"),
                value(92, "4.1"),
                value(93, "1.6"),
                value(94, "240"),
            ];
            let items = items.iter().map(score).chain(measured).collect();
            let answers = AssessmentItems::bilag(items, Vec::new(), Vec::new());
            self.assess(who, at, answers).await?;
        }
        self.assess(who, at, AssessmentItems::Pga { value: activity.pga.to_owned() }).await
    }

    async fn extras(&self, who: &str, at: At, course: &Course, day: i64) -> Told<()> {
        let takes =
            course.steroids.iter().any(|(_, from, to)| *from <= day && to.is_none_or(|to| to >= day - 6));
        let extras = LldasExtras {
            haemolytic_anaemia: Some(false),
            gi_activity: Some(false),
            maintenance_therapy_ok: Some(true),
            no_glucocorticoid_confirmed: Some(!takes),
        };
        self.assess(who, at, AssessmentItems::LldasExtras(extras)).await
    }

    async fn panel(&self, who: &str, visit: Uuid, [dsdna, ana, sm, c3, c4]: Panel) -> Told<()> {
        let result = |analyte, raw: &str, unit: Option<&str>| PanelResult {
            analyte,
            raw: raw.to_owned(),
            unit: unit.map(str::to_owned),
            reference_low: None,
            reference_high: None,
            positivity_cutoff: None,
            method: Some("synthetic".to_owned()),
            patterns: Vec::new(),
        };
        let range = |mut result: PanelResult, low: &str, high: &str| {
            result.reference_low = Some(low.to_owned());
            result.reference_high = Some(high.to_owned());
            result
        };
        let mut antibody = result(Autoantibody::AntiDsdna, dsdna, Some("[IU]/mL"));
        antibody.positivity_cutoff = Some("30".to_owned());
        let panel = RecordAutoantibodyPanel {
            visit,
            collected_on: None,
            laboratory: Some("Synthetic laboratory".to_owned()),
            results: vec![
                antibody,
                result(Autoantibody::Ana, ana, None),
                result(Autoantibody::AntiSm, sm, None),
                range(result(Autoantibody::C3, c3, Some("g/L")), "0.90", "1.80"),
                range(result(Autoantibody::C4, c4, Some("g/L")), "0.10", "0.40"),
            ],
        };
        self.act(who, panel).await.map(|_| ())
    }

    async fn eligible(
        &self,
        site: usize,
        subject: Uuid,
        (assessed, confirmed): (NaiveDate, NaiveDate),
    ) -> Told<()> {
        let book = study::Rulebook::parse(PROTOCOL).map_err(|problems| format!("{problems:?}"))?;
        let results = book
            .criteria()
            .iter()
            .map(|criterion| CriterionFound {
                criterion: criterion.id.clone(),
                result: match criterion.kind {
                    CriterionKind::Inclusion => CriterionResult::Met,
                    CriterionKind::Exclusion => CriterionResult::NotMet,
                },
                observed: Some("synthetic".to_owned()),
                expected_revision: None,
            })
            .collect();
        self.act(
            &coordinator(site),
            RecordEligibility { subject, assessed_on: assessed, results, answers: Vec::new(), reason: None },
        )
        .await?;
        let confirm = ConfirmEligibility { subject, expected_revision: None, confirmed_on: Some(confirmed) };
        self.act(&investigator(site), confirm).await.map(|_| ())
    }

    async fn doses(
        &self,
        (who, subject): (&str, Uuid),
        course: &Course,
        (first, last, day_1): (NaiveDate, NaiveDate, NaiveDate),
    ) -> Told<()> {
        let dose = |agent, given_on, total_cells| RecordDose {
            subject,
            cohort: None,
            dose: DoseFields {
                agent,
                ordinal: None,
                given_on,
                start_time: Some("09:30".to_owned()),
                end_time: None,
                weight_kg: Some(course.weight_kg.to_owned()),
                total_cells,
                lot: Some("SYNTHETIC".to_owned()),
            },
        };
        let mut day = first;
        while day <= last {
            self.act(who, dose(Agent::Fludarabine, day, None)).await?;
            self.act(who, dose(Agent::Cyclophosphamide, day, None)).await?;
            day = day + Days::new(1);
        }
        let weight: i64 =
            course.weight_kg.parse().map_err(|_| "a weight of the demonstration is no number")?;
        let cells = (course.cells_per_kg * 1_000_000 * weight).to_string();
        self.act(who, dose(Agent::Nk510, day_1, Some(cells))).await.map(|_| ())
    }

    async fn event(
        &self,
        (who, subject): (&str, Uuid),
        event: &Event,
        on: &(dyn Fn(i64) -> Told<NaiveDate> + Sync),
    ) -> Told<()> {
        let category = AdverseEventCategory::parse(event.category)
            .ok_or_else(|| format!("the demonstration names no category `{}`", event.category))?;
        // By ASTCT fever alone is grade 1.
        let fever = CrsFindings {
            fever: Some(true),
            hypotension: Some(false),
            vasopressors: Some(0),
            oxygen: Some(OxygenSupport::None),
        };
        let graded =
            GradeSince { grade: Some(event.grade), scale: GradeScale::CtcaeV5, findings: None, since: None };
        let graded = match category {
            AdverseEventCategory::Crs => {
                let findings = Some(AstctFindings::Crs { crs: fever });
                GradeSince { scale: GradeScale::Astct, findings, ..graded }
            }
            _ => graded,
        };
        let causality = if event.related { Causality::Possible } else { Causality::NotRelated };
        let start = on(event.day)?;
        let report = ReportAdverseEvent {
            subject,
            event: AdverseEventFields {
                term: event.term.to_owned(),
                soc: Some(event.soc.to_owned()),
                pt: Some(event.term.to_owned()),
                start: start.to_string(),
                end: event.last_day.map(on).transpose()?.map(|day| day.to_string()),
                outcome: AdverseEventOutcome::Recovered,
                seriousness: if event.serious {
                    vec![SeriousnessCriterion::Hospitalisation]
                } else {
                    Vec::new()
                },
                category,
                of_special_interest: category == AdverseEventCategory::Crs,
                asymptomatic_laboratory: false,
                narrative: event
                    .serious
                    .then(|| "Synthetic narrative: treated in hospital and recovered.".to_owned()),
                aware_on: event.serious.then_some(start),
            },
            grades: vec![graded],
            causalities: vec![
                AgentCausality { agent: Agent::Nk510, causality: Some(causality) },
                AgentCausality { agent: Agent::Fludarabine, causality: Some(Causality::Unlikely) },
            ],
        };
        let row = self.act(who, report).await?;
        if let Some(is_dlt) = event.adjudicated {
            let decide = AdjudicateDlt {
                subject,
                adverse_event: row,
                is_dlt,
                rationale: "Synthetic: judged to be due to another medication".to_owned(),
                decided_on: Some(on(event.day + 14)?),
                reason: None,
                expected_revision: None,
            };
            self.act("medical-monitor", decide).await?;
        }
        Ok(())
    }
}

fn days(number: i64) -> Told<Days> {
    u64::try_from(number).map(Days::new).map_err(|_| "a day of the demonstration is negative".to_owned())
}
