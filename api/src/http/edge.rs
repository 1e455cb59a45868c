//! The outermost ring: whose address asks, how often it may, which origins' pages may read the answer, and the
//! headers that every answer carries.

use super::unread::Reader;
use super::{AppData, refuse};
use crate::app::App;
use crate::config::Network;
use crate::failure::{Code, Failure};
use crate::guard::counters::too_often;
use crate::guard::rate::{Standing, WINDOW};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse};
use std::net::{IpAddr, Ipv4Addr};

/// Who connects, as far as the edge knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's address: the peer's, or what a trusted proxy says.
    pub address: IpAddr,
    /// Whether the client came by TLS, to this server or to a trusted proxy.
    pub secure: bool,
}

/// The policy of answers that are no page: nothing may be loaded or framed.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

/// Headers of the answer that pages of other origins may read.
const EXPOSED: &str = "x-request-id, ratelimit, ratelimit-policy, retry-after";

/// Knows the client, counts the request, answers preflights and dresses the answer.
pub async fn edge(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = request.app_data::<AppData>().cloned() else {
        let response = refuse(StatusCode::INTERNAL_SERVER_ERROR, &Failure::internal("no app"));
        return Ok(request.into_response(response));
    };
    let tls = app.settings.server.tls_certificate.is_some();
    let client = client(request.peer_addr().map(|peer| peer.ip()), request.headers(), &app.proxies, tls);
    request.extensions_mut().insert(client);
    let origin = text(request.headers(), &header::ORIGIN).map(str::to_owned);
    let allowed = origin.filter(|origin| app.settings.server.cors_origins.contains(origin));
    let standing = is_counted(request.path()).then(|| app.counters.request_from(client.address));

    let body = Reader::of(&mut request);
    let refused = standing.as_ref().and_then(too_often);
    let mut response = if let Some(failure) = refused {
        request.into_response(refuse(StatusCode::TOO_MANY_REQUESTS, &failure))
    } else if is_preflight(&request) {
        let answered = preflight(allowed.is_some());
        request.into_response(answered)
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let headers = response.headers_mut();
    if let Some(standing) = standing {
        announce(headers, "address", &standing);
    }
    if let Some(origin) = allowed.and_then(|origin| HeaderValue::from_str(&origin).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    if !app.settings.server.cors_origins.is_empty() {
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
    dress(headers, client.secure);
    Ok(match body {
        Some(body) => body.settle(response),
        None => response,
    })
}

/// The headers that every answer has.
fn dress(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    for (name, value) in [(header::CONTENT_SECURITY_POLICY, NO_PAGE), (header::CACHE_CONTROL, "no-store")] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Operators' probes come often and from one address.
fn is_counted(path: &str) -> bool {
    !path.starts_with("/health/") && path != "/metrics"
}

fn is_preflight(request: &ServiceRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// What a browser asks before it lets a page of another origin send a request. Never with credentials: there are
/// no cookies here.
fn preflight(allowed: bool) -> HttpResponse {
    if !allowed {
        let failure = Failure::new(Code::Forbidden, "pages of this origin may not call the API");
        return refuse(StatusCode::FORBIDDEN, &failure);
    }
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "600"))
        .finish()
}

/// Tells a quota and what is left of it (draft-ietf-httpapi-ratelimit-headers).
pub(super) fn announce(headers: &mut HeaderMap, name: &str, standing: &Standing) {
    let Standing { quota, remaining, full_in, .. } = standing;
    let lines = [
        ("ratelimit-policy", format!("\"{name}\";q={quota};w={}", WINDOW.as_secs())),
        ("ratelimit", format!("\"{name}\";r={remaining};t={}", full_in.as_secs())),
    ];
    for (header, line) in lines {
        if let Ok(value) = HeaderValue::from_str(&line) {
            headers.append(HeaderName::from_static(header), value);
        }
    }
    if let Some(seconds) = standing.retry_seconds() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The client behind the proxies that are believed: the last address in `X-Forwarded-For` that is none of theirs.
/// Whoever is no such proxy speaks for nobody.
fn client(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &[Network], tls: bool) -> Client {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    if !trusted(peer) {
        return Client { address: peer, secure: tls };
    }
    let lines = headers.get_all("x-forwarded-for").filter_map(|line| line.to_str().ok());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut address = peer;
    for text in named.iter().rev() {
        let Ok(before) = text.parse::<IpAddr>() else { break };
        address = before.to_canonical();
        if !trusted(address) {
            break;
        }
    }
    let proto = headers.get("x-forwarded-proto").and_then(|proto| proto.to_str().ok());
    Client { address, secure: tls || proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https")) }
}

/// The client of a request, as the edge knew it.
pub(crate) fn client_of(request: &actix_web::HttpRequest) -> Client {
    let unknown = Client { address: IpAddr::V4(Ipv4Addr::UNSPECIFIED), secure: false };
    request.extensions().get::<Client>().copied().unwrap_or(unknown)
}

/// Counts an attempt to sign in by where it comes from; what to answer when there were too many.
pub(super) fn sign_in_refused(app: &App, request: &actix_web::HttpRequest) -> Option<HttpResponse> {
    let standing = app.counters.sign_in_from(client_of(request).address);
    let failure = too_often(&standing)?;
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, &failure);
    if let Some(seconds) = standing.retry_seconds() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Some(response)
}

/// Whether the page that opens a WebSocket may: one of this server's own, one of an allowed origin, or no page.
pub(crate) fn may_open(headers: &HeaderMap, origins: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let own = origin.split_once("://").map(|(_, host)| host);
    origins.iter().any(|allowed| allowed == origin) || own.is_some() && own == text(headers, &header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn of(peer: &str, forwarded: &[&str], proto: Option<&str>) -> (String, bool) {
        let mut request = TestRequest::default();
        for line in forwarded {
            request = request.append_header(("x-forwarded-for", *line));
        }
        if let Some(proto) = proto {
            request = request.append_header(("x-forwarded-proto", proto));
        }
        let request = request.to_http_request();
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let found = client(peer.parse().ok(), request.headers(), &proxies, false);
        (found.address.to_string(), found.secure)
    }

    #[test]
    fn only_a_trusted_proxy_speaks_for_a_client() {
        let found = |address: &str, secure| (address.to_owned(), secure);
        assert_eq!(of("203.0.113.9", &["198.51.100.1"], Some("https")), found("203.0.113.9", false));
        assert_eq!(of("10.0.0.1", &["198.51.100.1"], Some("https")), found("198.51.100.1", true));
        // What a client put there itself stands before what the proxies added.
        assert_eq!(of("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], None), found("198.51.100.1", false));
        assert_eq!(of("10.0.0.1", &["1.1.1.1", "198.51.100.1"], None), found("198.51.100.1", false));
        assert_eq!(of("10.0.0.1", &["nonsense"], None), found("10.0.0.1", false));
        assert_eq!(of("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.3"], None), found("10.0.0.3", false));
        assert_eq!(of("2001:db8::1", &["2001:db8::7"], None), found("2001:db8::7", false));
        assert_eq!(of("::ffff:10.0.0.1", &["198.51.100.1"], None), found("198.51.100.1", false));
        assert_eq!(of("10.0.0.1", &[], None), found("10.0.0.1", false));
    }

    #[test]
    fn a_socket_is_opened_by_own_and_allowed_pages_and_by_programs() {
        let may = |origin: Option<&str>| {
            let mut request = TestRequest::default().insert_header(("host", "api.example:8443"));
            if let Some(origin) = origin {
                request = request.insert_header(("origin", origin));
            }
            may_open(request.to_http_request().headers(), &["https://portal.example".to_owned()])
        };
        assert!(may(None) && may(Some("https://api.example:8443")) && may(Some("https://portal.example")));
        assert!(
            !may(Some("https://evil.example")) && !may(Some("null")) && !may(Some("https://api.example"))
        );
    }

    #[test]
    fn a_quota_is_told_as_the_draft_has_it() {
        let mut headers = HeaderMap::new();
        let standing = Standing {
            quota: 600,
            remaining: 0,
            full_in: WINDOW,
            retry_in: Some(std::time::Duration::from_millis(100)),
        };
        announce(&mut headers, "caller", &standing);
        assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"caller\";q=600;w=60");
        assert_eq!(headers.get("ratelimit").unwrap(), "\"caller\";r=0;t=60");
        assert_eq!(headers.get("retry-after").unwrap(), "1");
    }
}
