//! Clinical instruments, endpoints, escalation designs and statistics as pure functions.
