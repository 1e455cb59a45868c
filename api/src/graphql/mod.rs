//! The GraphQL schema, and how one request is executed.
//!
//! Roots, mutations and subscriptions are asynchronous; whatever they return is read from memory.

pub mod argument;
pub mod as_of;
mod budget;
pub mod input;
pub mod mutation;
pub mod object;
pub mod page;
pub mod root;
mod root_node;
pub mod scalar;
pub mod scope;
pub mod term;
mod trail;
mod wait;

use crate::app::App;
use crate::config::Settings;
use crate::failure::{Code, Failure};
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument};
use async_graphql::{Request, Response, Variables};
use budget::Spending;
use objects::{Limit, Mode};
use root::{Mutation, Query, Subscription};
pub use scope::Scope;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// A request that passed the guard.
pub struct Asked {
    /// The parsed document.
    pub document: ExecutableDocument,
    /// Its text.
    pub query: String,
    /// Which of its operations.
    pub operation_name: Option<String>,
    /// Its variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
}

impl Asked {
    /// The name of the operation that runs, as the log has it; none when it has none.
    pub fn operation(&self) -> Option<String> {
        let only = || match &self.document.operations {
            DocumentOperations::Multiple(named) if named.len() == 1 => {
                named.keys().next().map(ToString::to_string)
            }
            DocumentOperations::Multiple(_) | DocumentOperations::Single(_) => None,
        };
        self.operation_name.clone().or_else(only)
    }
}

/// Builds the schema.
pub fn schema(settings: &Settings) -> Schema {
    let limits = &settings.limits;
    let mut builder = Schema::build(Query, Mutation::default(), Subscription)
        .limit_depth(limits.depth + 1)
        .limit_complexity(limits.complexity)
        .limit_directives(limits.directives)
        .disable_suggestions()
        .register_output_type::<object::node::Node<'static>>();
    if !settings.server.introspection {
        builder = builder.disable_introspection();
    }
    builder.finish()
}

/// SHA-256 of the schema's text, in hexadecimal.
pub fn schema_digest(schema: &Schema) -> String {
    Sha256::digest(schema.sdl()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The schema's text as it is published.
pub fn sdl() -> String {
    schema(&Settings::default()).sdl()
}

/// The library's request for what was asked.
///
/// # Errors
/// The refusal of a request whose required variables are missing.
pub fn request(asked: Asked, scope: &Scope) -> Result<Request, Box<Response>> {
    let Asked { mut document, query, operation_name, variables } = asked;
    let mut variables = Variables::from_json(serde_json::Value::Object(variables));
    objects::prepare::complete(&mut document, operation_name.as_deref(), &mut variables)
        .map_err(|errors| Box::new(Response::from_errors(errors)))?;
    let mut request = Request::new(query).variables(variables);
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    request.set_parsed_query(document);
    let limits = &scope.app().settings.limits;
    Ok(request.data(scope.clone()).data(Limit(Arc::new(Spending::new(limits)))))
}

/// Executes a query or mutation. The access-log rows of what it read are committed before this returns.
///
/// # Errors
/// UNAVAILABLE when the access log cannot be written: then the answer must not leave.
pub async fn answer(app: &Arc<App>, scope: Scope, asked: Asked) -> Result<Response, Failure> {
    let operation = asked.operation();
    let request = match request(asked, &scope) {
        Ok(request) => request.data(Mode::Bytes),
        Err(mut refused) => {
            code_all(&mut refused);
            return Ok(*refused);
        }
    };
    let mut response = app.schema.execute(request).await;
    scope.settle(operation.as_deref()).await?;
    code_all(&mut response);
    Ok(response)
}

/// Gives every error of the library the code that our own errors have.
pub fn code_all(response: &mut Response) {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            let code = if error.message.contains("too complex") || error.message.contains("too deep") {
                Code::CostExceeded
            } else {
                Code::BadUserInput
            };
            extensions.set("code", code.as_str());
        }
    }
}

/// Whether an answer is one to a request that was never executed.
pub fn is_request_error(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == async_graphql::Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Writes an answer as JSON, without a `data` entry when nothing was executed.
pub fn write(response: &Response, request_error: bool, body: &mut Vec<u8>) {
    let start = body.len();
    let written = if request_error {
        objects::response::write_refused(response, body)
    } else {
        objects::response::write(response, body)
    };
    if let Err(error) = written {
        tracing::error!(internal = %error, "an answer could not be written");
        body.truncate(start);
        body.extend_from_slice(
            br#"{"errors":[{"message":"something went wrong here","extensions":{"code":"INTERNAL"}}]}"#,
        );
    }
}
