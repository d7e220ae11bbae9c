//! Secrets taken out of text before it leaves.
