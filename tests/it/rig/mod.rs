//! What scenarios and contracts share.

pub mod postgres;
pub mod transcript;
