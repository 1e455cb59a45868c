//! Who may see what and do what, and the vocabulary in which decisions are made.
