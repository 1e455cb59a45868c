//! A synthetic garden, declared twice: by the library's own macros and by ours.

pub mod group;
pub mod ours;
pub mod rows;
pub mod stock;

use async_graphql::futures_util::FutureExt;
use async_graphql::{Request, Response, Variables};
use objects::Mode;

/// Nothing in these schemas waits.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing waits")
}

/// A request that went through [`objects::prepare`], as the server does it.
pub fn prepared(document: &str, variables: serde_json::Value) -> Result<Request, Box<Response>> {
    let mut request = Request::new(document);
    let mut parsed = match request.parsed_query() {
        Ok(parsed) => parsed.clone(),
        Err(error) => return Err(Box::new(Response::from_errors(vec![error]))),
    };
    let mut variables = Variables::from_json(variables);
    objects::prepare::complete(&mut parsed, None, &mut variables)
        .map_err(|errors| Box::new(Response::from_errors(errors)))?;
    let mut request = Request::new(document).variables(variables);
    request.set_parsed_query(parsed);
    Ok(request)
}

/// The answer of a schema, by value or by bytes, as text.
macro_rules! answer {
    ($schema:expr, $document:expr, $variables:expr, $mode:expr) => {
        match $crate::garden::prepared($document, $variables) {
            Ok(request) => $crate::garden::at_once($schema.execute(request.data($mode))),
            Err(refused) => *refused,
        }
    };
}
pub(crate) use answer;

/// The response as the server writes it.
pub fn text(response: &Response) -> String {
    let mut bytes = Vec::new();
    objects::response::write(response, &mut bytes).expect("is JSON");
    String::from_utf8(bytes).expect("is UTF-8")
}

/// Both ways of answering.
pub const MODES: [Mode; 2] = [Mode::Value, Mode::Bytes];
