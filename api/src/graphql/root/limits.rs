//! What a request, a caller and an address may cost, as callers read it.

use objects::object;
use policy::DataGroup;

/// What a request, a caller and an address may cost. Every number is a setting of the installation.
#[object(name = "Limits", gate = open)]
impl Limits {
    /// Bytes of a request's body.
    #[group(Envelope)]
    fn body_bytes(&self) -> i32 {
        shown(self.0.body_bytes)
    }
    /// Seconds that a request's body may take to arrive.
    #[group(Envelope)]
    fn body_seconds(&self) -> i32 {
        shown(self.0.body_seconds)
    }
    /// Values in a request's JSON: each key, text, number, list and object counts.
    #[group(Envelope)]
    fn json_values(&self) -> i32 {
        shown(self.0.json_values)
    }
    /// Bytes of one text in a request's variables.
    #[group(Envelope)]
    fn text_bytes(&self) -> i32 {
        shown(self.0.text_bytes)
    }
    /// Items of one list in a request's variables.
    #[group(Envelope)]
    fn list_items(&self) -> i32 {
        shown(self.0.list_items)
    }
    /// Bytes of a document.
    #[group(Envelope)]
    fn document_bytes(&self) -> i32 {
        shown(self.0.document_bytes)
    }
    /// Lexical tokens of a document.
    #[group(Envelope)]
    fn tokens(&self) -> i32 {
        shown(self.0.tokens)
    }
    /// Nesting of brackets of any kind, fragments written out, and of JSON in variables.
    #[group(Envelope)]
    fn nesting(&self) -> i32 {
        shown(self.0.nesting)
    }
    /// Fields after fragments are written out.
    #[group(Envelope)]
    fn expanded_fields(&self) -> i32 {
        shown(self.0.expanded_fields)
    }
    /// Fragments that a document defines.
    #[group(Envelope)]
    fn fragments(&self) -> i32 {
        shown(self.0.fragments)
    }
    /// Levels of fields.
    #[group(Envelope)]
    fn depth(&self) -> i32 {
        shown(self.0.depth)
    }
    /// Cost of an operation: one a field, times the size of the lists around it.
    #[group(Envelope)]
    fn complexity(&self) -> i32 {
        shown(self.0.complexity)
    }
    /// Aliases after fragments are written out.
    #[group(Envelope)]
    fn aliases(&self) -> i32 {
        shown(self.0.aliases)
    }
    /// Directives of a document.
    #[group(Envelope)]
    fn directives(&self) -> i32 {
        shown(self.0.directives)
    }
    /// Directives at one place of a document.
    #[group(Envelope)]
    fn directives_each(&self) -> i32 {
        shown(self.0.directives_each)
    }
    /// Fields of an operation's root.
    #[group(Envelope)]
    fn root_fields(&self) -> i32 {
        shown(self.0.root_fields)
    }
    /// Objects of one page.
    #[group(Envelope)]
    fn page(&self) -> i32 {
        shown(self.0.page)
    }
    /// Errors that an answer tells of.
    #[group(Envelope)]
    fn errors(&self) -> i32 {
        shown(self.0.errors)
    }
    /// Milliseconds of execution.
    #[group(Envelope)]
    fn execution_millis(&self) -> i32 {
        shown(self.0.execution_millis)
    }
    /// Values of an answer.
    #[group(Envelope)]
    fn answer_values(&self) -> i32 {
        shown(self.0.answer_values)
    }
    /// Operations of one caller in a minute.
    #[group(Envelope)]
    fn caller_per_minute(&self) -> i32 {
        shown(self.0.caller_per_minute)
    }
    /// Operations of one caller that run at the same time.
    #[group(Envelope)]
    fn caller_at_once(&self) -> i32 {
        shown(self.0.caller_at_once)
    }
    /// Requests from one address in a minute. An IPv6 address counts by its first 64 bits.
    #[group(Envelope)]
    fn address_per_minute(&self) -> i32 {
        shown(self.0.address_per_minute)
    }
    /// Connections that the server holds.
    #[group(Envelope)]
    fn connections(&self) -> i32 {
        shown(self.0.connections)
    }
    /// WebSockets that the server holds.
    #[group(Envelope)]
    fn sockets(&self) -> i32 {
        shown(self.0.sockets)
    }
    /// WebSockets from one address.
    #[group(Envelope)]
    fn sockets_per_address(&self) -> i32 {
        shown(self.0.sockets_per_address)
    }
    /// WebSockets of one caller.
    #[group(Envelope)]
    fn sockets_per_caller(&self) -> i32 {
        shown(self.0.sockets_per_caller)
    }
    /// Operations that run on one WebSocket at the same time.
    #[group(Envelope)]
    fn socket_operations(&self) -> i32 {
        shown(self.0.socket_operations)
    }
    /// Seconds that a WebSocket may take to say who it is.
    #[group(Envelope)]
    fn socket_init_seconds(&self) -> i32 {
        shown(self.0.socket_init_seconds)
    }
}

/// What a request, a caller and an address may cost.
pub struct Limits(pub crate::config::Limits);

fn shown(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
