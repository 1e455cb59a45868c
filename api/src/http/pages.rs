//! The page at `/`: GraphiQL where it is switched on. Its library is served from here, so that the page needs no
//! other host and its policy can forbid every one.

use super::{AppData, nowhere};
use actix_web::HttpResponse;

/// What the page is made of: name, type, content.
const ASSETS: [(&str, &str, &str); 6] = [
    ("page.css", CSS, include_str!("../../assets/page.css")),
    ("page.js", JAVASCRIPT, include_str!("../../assets/page.js")),
    ("graphiql.css", CSS, include_str!("../../assets/graphiql/graphiql.min.css")),
    ("graphiql.js", JAVASCRIPT, include_str!("../../assets/graphiql/graphiql.min.js")),
    ("react.js", JAVASCRIPT, include_str!("../../assets/graphiql/react.production.min.js")),
    ("react-dom.js", JAVASCRIPT, include_str!("../../assets/graphiql/react-dom.production.min.js")),
];
const PAGE: &str = include_str!("../../assets/page.html");
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

// The library carries its fonts and pictures in itself and sets a few styles on elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page, where it is switched on.
pub(super) async fn home(app: AppData) -> HttpResponse {
    if !app.settings.server.graphiql {
        return nowhere().await;
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", POLICY))
        .body(PAGE)
}

/// What the page is made of. The list of demonstration users exists in `demo` alone.
pub(super) async fn asset(app: AppData, name: actix_web::web::Path<String>) -> HttpResponse {
    if !app.settings.server.graphiql {
        return nowhere().await;
    }
    if name.as_str() == "users.json" && !app.demo_users.is_empty() {
        return HttpResponse::Ok().json(&app.demo_users);
    }
    match ASSETS.iter().find(|(known, _, _)| *known == name.as_str()) {
        Some((_, kind, content)) => HttpResponse::Ok().content_type(*kind).body(*content),
        None => nowhere().await,
    }
}
