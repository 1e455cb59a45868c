//! Synchronous GraphQL objects: registration and resolution from one declaration.
