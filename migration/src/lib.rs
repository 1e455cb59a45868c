//! The schema's migrations, portable over SQLite and PostgreSQL.
