//! The study streams: snapshot, rulebook, views, commands and their consequences.
