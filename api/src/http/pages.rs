//! The page at `/`: GraphiQL where it is switched on. The library's page loads its scripts from elsewhere, so
//! ours is a small page of our own that needs nothing but this server.

use super::AppData;
use actix_web::HttpResponse;
use serde_json::json;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const PAGE: &str = include_str!("page.html");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, where it is switched on.
pub(super) async fn home(app: AppData) -> HttpResponse {
    if !app.settings.server.graphiql {
        return HttpResponse::NotFound().json(json!({"errors": [{
            "message": "there is no page here; the API is at /graphql",
            "extensions": {"code": "NOT_FOUND"},
        }]}));
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", POLICY))
        .body(PAGE)
}

/// What the page is made of. The list of demonstration users exists in `demo` alone.
pub(super) async fn asset(app: AppData, name: actix_web::web::Path<String>) -> HttpResponse {
    if !app.settings.server.graphiql {
        return HttpResponse::NotFound().finish();
    }
    match name.as_str() {
        "page.css" => HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE),
        "page.js" => HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(SCRIPT),
        "users.json" if !app.demo_users.is_empty() => HttpResponse::Ok().json(&app.demo_users),
        _ => HttpResponse::NotFound().finish(),
    }
}
