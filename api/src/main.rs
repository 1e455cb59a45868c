//! The Trialgraph binary.
fn main() {}
