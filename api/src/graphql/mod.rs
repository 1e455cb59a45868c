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
mod wrong_input;

use crate::app::App;
use crate::config::{Limits, Settings};
use crate::failure::{Code, Failure};
use crate::guard::cost::Cost;
use crate::guard::{self, Admitted};
use async_graphql::parser::types::DocumentOperations;
use async_graphql::{Request, Response, Variables};
use budget::Spending;
use objects::registry::{MetaType, Registry};
use objects::{Limit, Mode};
use root::{Mutation, Query, Subscription};
pub use scope::Scope;
use sha2::{Digest, Sha256};
use std::sync::{Arc, LazyLock};
use wrong_input::WrongInput;

/// The schema.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// A request that passed the guard.
pub struct Asked {
    /// The parsed document.
    pub admitted: Arc<Admitted>,
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
        let only = || match &self.admitted.document.operations {
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
    // Cost, depth and directives are judged by the guard, which names the limit; what the library counts besides
    // must not be narrower than what the guard lets through.
    let mut builder = Schema::build(Query, Mutation::default(), Subscription)
        .limit_recursive_depth(limits.nesting)
        .extension(Cost::new(limits))
        .register_output_type::<object::node::Node<'static>>();
    if !settings.server.introspection {
        builder = builder.disable_introspection();
    }
    if !settings.server.suggestions {
        builder = builder.disable_suggestions();
    }
    builder.finish()
}

/// Every type of the schema, to be looked up by name.
static TYPES: LazyLock<Registry> = LazyLock::new(objects::audit::registry::<Query, Mutation, Subscription>);

/// Whether a name is that of a type that an input may have.
pub fn is_input(name: &str) -> bool {
    ["Int", "Float", "String", "Boolean", "ID"].contains(&name)
        || TYPES.types.get(name).is_some_and(MetaType::is_input)
}

/// SHA-256 of the schema's text, in hexadecimal.
pub fn schema_digest(schema: &Schema) -> String {
    Sha256::digest(schema.sdl()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The schema's text as it is published.
pub fn sdl() -> String {
    schema(&Settings::default()).sdl()
}

/// The library's request for what was asked, and which values of a mutation's input it will not be able to read.
///
/// # Errors
/// The refusal of a request whose required variables are missing.
pub fn request(asked: Asked, scope: &Scope) -> Result<(Request, Vec<WrongInput>), Box<Response>> {
    let Asked { admitted, query, operation_name, variables } = asked;
    // The request's own: what is left out and filled in depends on its variables.
    let mut document = admitted.document.clone();
    let mut variables = Variables::from_json(serde_json::Value::Object(variables));
    objects::prepare::complete(&mut document, operation_name.as_deref(), &mut variables)
        .map_err(|errors| Box::new(Response::from_errors(errors)))?;
    let limits = &scope.app().settings.limits;
    if let Err(refused) = guard::pages::check(&document, &variables, limits) {
        return Err(Box::new(Response::from_errors(vec![guard::cost::refusal(refused.into())])));
    }
    let wrong = wrong_input::of(&document, operation_name.as_deref(), &variables);
    let mut request = Request::new(query).variables(variables);
    if let Some(name) = operation_name {
        request = request.operation_name(name);
    }
    request.set_parsed_query(document);
    Ok((request.data(scope.clone()).data(Limit(Arc::new(Spending::new(limits)))), wrong))
}

/// Executes a query or mutation. The access-log rows of what it read are committed before this returns.
///
/// # Errors
/// UNAVAILABLE when the access log cannot be written: then the answer must not leave.
pub async fn answer(app: &Arc<App>, scope: Scope, asked: Asked) -> Result<Response, Failure> {
    let operation = asked.operation();
    let (request, wrong) = match request(asked, &scope) {
        Ok((request, wrong)) => (request.data(Mode::Bytes), wrong),
        Err(mut refused) => {
            code_all(&mut refused, &app.settings.limits);
            return Ok(*refused);
        }
    };
    let mut response = app.schema.execute(request).await;
    scope.settle(operation.as_deref()).await?;
    for error in &mut response.errors {
        wrong.iter().for_each(|input| input.name(error));
        wrong_input::list_values(error);
    }
    code_all(&mut response, &app.settings.limits);
    Ok(response)
}

/// The longest text of an error, in bytes: the library's repeat what they refuse.
const ERROR_BYTES: usize = 500;

/// Gives every error of the library the code that our own errors have, and keeps an answer from growing with what
/// is wrong in its request.
pub fn code_all(response: &mut Response, limits: &Limits) {
    let left_out = response.errors.len().saturating_sub(limits.errors);
    if left_out > 0 {
        response.errors.truncate(limits.errors);
        response.extensions.insert("errorsLeftOut".to_owned(), left_out.into());
    }
    for error in &mut response.errors {
        wrong_input::withhold_value(error);
        if error.message.len() > ERROR_BYTES {
            error.message.truncate(error.message.floor_char_boundary(ERROR_BYTES));
            error.message.push('…');
        }
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", Code::BadUserInput.as_str());
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
