//! Memory: one concrete store on SQLite or PostgreSQL, behind plain records. No other room speaks SQL.

mod records;

pub use records::{Accepted, Begun, Cached, Claimed, Conclusion, NewPost, Post, StoreError, StoredPlan, Wake};
