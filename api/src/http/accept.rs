//! Content negotiation of GraphQL over HTTP.

use actix_web::HttpRequest;

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: errors of the request come with status 200.
    Json,
    /// `application/graphql-response+json`: errors of the request come with status 400.
    GraphQl,
}

impl Media {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Media::Json => "application/json; charset=utf-8",
            Media::GraphQl => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// The media type that the client prefers among ours; none when it takes neither.
pub(super) fn media(request: &HttpRequest) -> Option<Media> {
    let Some(accept) = request.headers().get("accept") else { return Some(Media::Json) };
    let accept = accept.to_str().ok()?;
    let mut best: Option<(u16, Media)> = None;
    for part in accept.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let offered = match pieces.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Media::GraphQl,
            "application/json" | "*/*" | "application/*" => Media::Json,
            _ => continue,
        };
        let weight = pieces
            .find_map(|piece| piece.strip_prefix("q="))
            .map_or(1000, |q| q.parse::<f32>().map_or(0, |q| (q.clamp(0.0, 1.0) * 1000.0) as u16));
        if weight > 0 && best.is_none_or(|(held, _)| weight > held) {
            best = Some((weight, offered));
        }
    }
    best.map(|(_, media)| media)
}

/// Whether a request's content type is the one that we take: JSON in UTF-8.
pub(super) fn is_json(request: &HttpRequest) -> bool {
    let Some(value) = request.headers().get("content-type").and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut pieces = value.split(';').map(str::trim);
    let json = pieces.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && pieces.all(|piece| match piece.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_client_chooses_between_the_two() {
        let chosen =
            |accept: &str| media(&TestRequest::default().insert_header(("accept", accept)).to_http_request());
        assert_eq!(media(&TestRequest::default().to_http_request()), Some(Media::Json));
        assert_eq!(chosen("*/*"), Some(Media::Json));
        assert_eq!(chosen("application/graphql-response+json"), Some(Media::GraphQl));
        assert_eq!(chosen("application/graphql-response+json, application/json;q=0.9"), Some(Media::GraphQl));
        assert_eq!(chosen("application/json, application/graphql-response+json"), Some(Media::Json));
        assert_eq!(
            chosen("application/json;q=0.1, application/graphql-response+json;q=0.2"),
            Some(Media::GraphQl)
        );
        assert_eq!(chosen("text/html"), None);
        assert_eq!(chosen("application/json;q=0"), None);
    }

    #[test]
    fn only_json_in_utf8_is_taken() {
        let taken = |value: &str| {
            is_json(&TestRequest::default().insert_header(("content-type", value)).to_http_request())
        };
        assert!(taken("application/json"));
        assert!(taken("Application/JSON; charset=\"UTF-8\""));
        assert!(!taken("application/json; charset=gbk"));
        assert!(!taken("text/plain"));
        assert!(!taken("multipart/form-data"));
        assert!(!is_json(&TestRequest::default().to_http_request()));
    }
}
