//! What somebody would write who has the data in memory, no rights to look after and one question to answer.

use super::PAGE;
use actix_web::{App, HttpResponse, HttpServer, web};
use serde::{Deserialize, Serialize};
use std::net::TcpListener;

/// A subject as the page shows it.
#[derive(Deserialize, Serialize)]
pub struct Subject {
    id: String,
    code: String,
    status: String,
    visits: Vec<Visit>,
}

#[derive(Deserialize, Serialize)]
struct Visit {
    id: String,
    code: String,
    date: Date,
    assessments: Vec<Assessment>,
}

#[derive(Deserialize, Serialize)]
struct Date {
    value: chrono::NaiveDate,
}

#[derive(Deserialize, Serialize)]
struct Assessment {
    id: String,
    instrument: String,
    revision: u64,
}

/// What every answer tells of its cost, which goes by the question alone.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub struct Cost {
    requested: usize,
    limit: usize,
}

/// What is in memory.
pub struct Memory {
    /// Every subject.
    pub subjects: Vec<Subject>,
    /// What a page costs.
    pub cost: Cost,
}

#[derive(Serialize)]
struct Answer<'m> {
    data: Data<'m>,
    extensions: Extensions,
}

#[derive(Serialize)]
struct Extensions {
    cost: Cost,
}

#[derive(Serialize)]
struct Data<'m> {
    study: Study<'m>,
}

#[derive(Serialize)]
struct Study<'m> {
    subjects: Page<'m>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'m> {
    total_count: usize,
    page_info: PageInfo<'m>,
    nodes: &'m [Subject],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo<'m> {
    has_next_page: bool,
    end_cursor: Option<&'m str>,
}

async fn page(memory: web::Data<Memory>, number: web::Path<usize>) -> HttpResponse {
    let extensions = Extensions { cost: memory.cost };
    let memory = &memory.subjects;
    let from = (*number * PAGE).min(memory.len());
    let to = (from + PAGE).min(memory.len());
    let nodes = &memory[from..to];
    let page_info = PageInfo {
        has_next_page: to < memory.len(),
        end_cursor: nodes.last().map(|subject| subject.id.as_str()),
    };
    let subjects = Page { total_count: memory.len(), page_info, nodes };
    HttpResponse::Ok().json(Answer { data: Data { study: Study { subjects } }, extensions })
}

/// Serves pages of what is in memory, with as many workers as the real server has; answers with its address.
pub fn serve(memory: Memory) -> String {
    let memory = web::Data::new(memory);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = move || App::new().app_data(memory.clone()).route("/page/{number}", web::get().to(page));
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let server = HttpServer::new(app).workers(workers).disable_signals().listen(listener).unwrap().run();
    tokio::spawn(server);
    url
}
