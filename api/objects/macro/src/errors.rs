//! Gathers every problem of a declaration, so that one compilation reports them all.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The problems found so far, each at the token it is about.
#[derive(Default)]
pub struct Problems(Option<syn::Error>);

impl Problems {
    /// Notes a problem at `tokens`.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.add(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a problem that a parser reported.
    pub fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Unwraps a parser's answer; a failure is noted and reads as absent.
    pub fn take<T>(&mut self, parsed: syn::Result<T>) -> Option<T> {
        parsed.map_err(|error| self.add(error)).ok()
    }

    /// True while nothing has been noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The compiler errors, if there is any problem.
    pub fn report(self) -> Option<TokenStream> {
        self.0.map(|error| error.to_compile_error())
    }
}
