//! The Trialgraph server.
