//! The only crate with a database connection: heads, append, tail, cache, side rows, access log.
