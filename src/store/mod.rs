//! Memory: one concrete store on SQLite or PostgreSQL.
