//! Black-box tests: they speak HTTP to a real server, on SQLite and on PostgreSQL.
