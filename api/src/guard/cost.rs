//! What an operation costs, judged before it runs and told in `extensions.cost` of its answer.

use crate::config::Limits;
use crate::failure::{Code, Failure};
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest, NextValidation};
use async_graphql::{Error, Response, ServerError, ValidationResult, value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Judges each operation of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    complexity: usize,
}

impl Cost {
    /// Under these limits.
    pub fn new(limits: &Limits) -> Cost {
        Cost { complexity: limits.complexity }
    }
}

impl ExtensionFactory for Cost {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Judged { limit: self.complexity, requested: AtomicUsize::new(UNKNOWN) })
    }
}

/// No operation costs that much: what one field may cost is bounded.
const UNKNOWN: usize = usize::MAX;

/// One operation.
struct Judged {
    limit: usize,
    requested: AtomicUsize,
}

#[async_trait::async_trait]
impl Extension for Judged {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let response = next.run(ctx).await;
        match self.requested.load(Ordering::Relaxed) {
            UNKNOWN => response,
            requested => response.extension("cost", value!({ "requested": requested, "limit": self.limit })),
        }
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let result = next.run(ctx).await?;
        self.requested.store(result.complexity, Ordering::Relaxed);
        if result.complexity > self.limit {
            let failure = Failure::new(
                Code::CostExceeded,
                format!(
                    "the operation costs {} and `limits.complexity` allows {}: ask for fewer fields or smaller pages",
                    result.complexity, self.limit
                ),
            );
            return Err(vec![refusal(failure)]);
        }
        Ok(result)
    }
}

/// A failure as the library's error of a request that is not executed.
pub fn refusal(failure: Failure) -> ServerError {
    let error = Error::from(failure);
    let mut refused = ServerError::new(error.message, None);
    refused.extensions = error.extensions;
    refused
}
