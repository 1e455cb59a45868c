//! Canonical bytes, digests, the hash chain, checkpoints and their verification.
