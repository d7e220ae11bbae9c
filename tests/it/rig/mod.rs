//! What several tests share.

pub mod transcript;
