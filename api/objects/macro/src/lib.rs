//! The attribute that declares a synchronous GraphQL object.
