//! What the demonstration says: the seven outcomes by cohort, the links, the users and a first query.

use crate::app::App;
use crate::cli::Told;
use crate::cli::installation::fresh;
use std::sync::Arc;

const QUESTION: &str = r#"{
  study(code: "NK510") {
    outcomes(by: COHORT) {
      sri3: sri(at: "MONTH_3") { ...r } sri6: sri(at: "MONTH_6") { ...r }
      lldas3: lldas(at: "MONTH_3") { ...r } lldas6: lldas(at: "MONTH_6") { ...r }
      doris3: doris(at: "MONTH_3") { ...r } doris6: doris(at: "MONTH_6") { ...r }
      dltRate { ...r }
      treatmentRelatedEvents { group { label } level numerator denominator estimate lower upper events }
      day28: sledaiChange(at: "DAY_28") { ...s } month3: sledaiChange(at: "MONTH_3") { ...s }
      month6: sledaiChange(at: "MONTH_6") { ...s }
      ANTIBODIES
    }
  }
}
fragment r on Rate { group { label } numerator denominator notEvaluable estimate lower upper }
fragment s on Summary { group { label } n mean median min max }
"#;

/// Analytes of the seventh outcome with the unit that their change is told in.
const ANALYTES: [(&str, &str); 5] = [
    ("ANTI_DSDNA", "anti-dsDNA (IU/mL)"),
    ("ANA", "ANA (dilution steps)"),
    ("ANTI_SM", "anti-Sm (qualitative)"),
    ("C3", "C3 (g/L)"),
    ("C4", "C4 (g/L)"),
];
/// Visits of the seventh outcome.
const VISITS: [(&str, &str); 3] = [("DAY_14", "day 14"), ("MONTH_3", "month 3"), ("MONTH_6", "month 6")];

/// The name that the change of an analyte at a visit is asked under.
fn alias(analyte: &str, visit: &str) -> String {
    format!("{}_{}", analyte.to_lowercase(), visit.to_lowercase())
}

fn question() -> String {
    let asked = ANALYTES.iter().flat_map(|(analyte, _)| {
        VISITS.iter().map(move |(visit, _)| {
            let alias = alias(analyte, visit);
            format!("{alias}: autoantibodyChange(analyte: {analyte}, at: \"{visit}\") {{ ...s }}\n")
        })
    });
    QUESTION.replace("ANTIBODIES", &asked.collect::<String>())
}

/// The seven outcomes by cohort, asked over the schema as the sponsor's statistician would ask.
pub(super) async fn outcomes(app: &Arc<App>) -> Told<()> {
    let token = app.demo_users.iter().find(|user| user.role == "STATISTICIAN").map(|user| user.token.clone());
    let calling = crate::caller::Calling { token: token.as_deref(), request_id: fresh() };
    let scope = calling.identify(app).await.map_err(|failure| failure.public)?;
    let (rules, question) = ((&app.settings).into(), question());
    let admitted = crate::guard::admit(&question, None, rules).map_err(|refused| refused.message())?;
    let asked = crate::graphql::Asked {
        admitted: Arc::new(admitted),
        query: question,
        operation_name: None,
        variables: serde_json::Map::new(),
    };
    let answer = crate::graphql::answer(app, scope, asked).await.map_err(|failure| failure.public)?;
    let mut body = Vec::new();
    crate::graphql::write(&answer, false, &mut body);
    let answer: serde_json::Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let outcomes = &answer["data"]["study"]["outcomes"];
    if outcomes.is_null() {
        return Err(format!("the outcomes were not answered: {}", answer["errors"]));
    }
    println!("\nTHE SEVEN OUTCOME MEASURES OF NK510, ON SYNTHETIC DATA\n");
    const RESPONSES: usize = 2;
    let rates = [
        ("1  SRI-4 response, month 3", "sri3"),
        ("   SRI-4 response, month 6", "sri6"),
        ("3  Dose-limiting toxicity", "dltRate"),
        ("4  LLDAS, month 3", "lldas3"),
        ("   LLDAS, month 6", "lldas6"),
        ("5  DORIS remission, month 3", "doris3"),
        ("   DORIS remission, month 6", "doris6"),
    ];
    println!("{:<32} {:<14} {:>7}  {:>6}  95 % interval (Clopper-Pearson)", "", "", "n/N", "rate");
    let events = outcomes["treatmentRelatedEvents"].as_array().into_iter().flatten();
    let related: serde_json::Value = events.filter(|row| row["level"] == "ANY").cloned().collect();
    for (place, (title, key)) in rates.into_iter().enumerate() {
        if place == RESPONSES {
            rows_of_rates("2  Treatment-related events", &related);
        }
        rows_of_rates(title, &outcomes[key]);
    }
    println!("\n{:<32} {:<14} {:>3} {:>9} {:>9} {:>9} {:>9}", "", "", "n", "mean", "median", "min", "max");
    let summaries = [
        ("6  SLEDAI-2K change, day 28", "day28"),
        ("   SLEDAI-2K change, month 3", "month3"),
        ("   SLEDAI-2K change, month 6", "month6"),
    ];
    for (title, key) in summaries {
        for (place, row) in outcomes[key].as_array().into_iter().flatten().enumerate() {
            let number =
                |name: &str| row[name].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
            println!(
                "{:<32} {:<14} {:>3} {:>9} {:>9} {:>9} {:>9}",
                if place == 0 { title } else { "" },
                row["group"]["label"].as_str().unwrap_or_default(),
                row["n"],
                number("mean"),
                number("median"),
                number("min"),
                number("max"),
            );
        }
    }
    antibodies(outcomes);
    Ok(())
}

/// Autoantibodies and complement: the mean change at each visit, and of how many subjects.
fn antibodies(outcomes: &serde_json::Value) {
    let [day_14, month_3, month_6] = VISITS.map(|(_, title)| format!("{title}: mean (n)"));
    println!("\n{:<32} {:<14} {day_14:>18} {month_3:>18} {month_6:>18}", "", "");
    for (number, (analyte, title)) in ANALYTES.into_iter().enumerate() {
        let tables = VISITS.map(|(visit, _)| &outcomes[alias(analyte, visit)]);
        for (place, row) in tables[0].as_array().into_iter().flatten().enumerate() {
            let cells = tables.map(|table| {
                let mean =
                    table[place]["mean"].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.2}"));
                format!("{mean} ({})", table[place]["n"])
            });
            println!(
                "{:<32} {:<14} {:>18} {:>18} {:>18}",
                match (number, place) {
                    (0, 0) => format!("7  {title}"),
                    (_, 0) => format!("   {title}"),
                    _ => String::new(),
                },
                row["group"]["label"].as_str().unwrap_or_default(),
                cells[0],
                cells[1],
                cells[2],
            );
        }
    }
}

fn rows_of_rates(title: &str, rows: &serde_json::Value) {
    for (place, row) in rows.as_array().into_iter().flatten().enumerate() {
        let number = |name: &str| row[name].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.3}"));
        println!(
            "{:<32} {:<14} {:>7}  {:>6}  {} to {}",
            if place == 0 { title } else { "" },
            row["group"]["label"].as_str().unwrap_or_default(),
            format!("{}/{}", row["numerator"], row["denominator"]),
            number("estimate"),
            number("lower"),
            number("upper"),
        );
    }
}

pub(super) fn links(app: &Arc<App>, url: &str) {
    println!("\nEverything here is synthetic. The server listens on this machine alone.\n");
    println!("  In a browser      {url}/");
    println!("  GraphQL           {url}/graphql   (WebSocket: /graphql/ws)");
    println!("  Health, metrics   {url}/health/ready   {url}/metrics");
    println!("  Public keys       {url}/.well-known/jwks.json");
    println!(
        "  Hospital systems  {url}/oauth/token   (SMART Backend Services; key and scopes in demo.json)\n"
    );
    println!("Users (a token for each is in demo.json):");
    for user in &app.demo_users {
        println!("  {:<20} {:<22} {}", user.name, user.role, user.sites.join(", "));
    }
    if let Some(user) = app.demo_users.iter().find(|user| user.role == "MEDICAL_MONITOR") {
        println!("\nA first query, as the medical monitor:\n");
        println!("curl -s {url}/graphql -H 'content-type: application/json' \\");
        println!("  -H 'authorization: Bearer {}' \\", user.token);
        println!(
            "  -d '{{\"query\":\"{{ study(code: \\\"NK510\\\") {{ title subjects(first: 3) {{ nodes {{ code status sri(at: \\\"MONTH_3\\\") {{ outcome }} }} }} }} }}\"}}'\n"
        );
    }
    println!("Stop with Ctrl+C.");
}
