//! The law: nouns and decisions. Nothing here waits, reads a clock, or knows of a database or a network.

pub mod access;
pub mod alert;
pub mod audit;
pub mod catalogue;
pub mod contact;
pub mod escalation;
pub mod failure;
pub mod health;
pub mod incident;
pub mod invocation;
pub mod log;
pub mod message;
pub mod person;
pub mod plain;
pub mod plan;
pub mod policy;
pub mod redact;
pub mod release;
pub mod report;
pub mod runbook;
pub mod service;
pub mod words;
