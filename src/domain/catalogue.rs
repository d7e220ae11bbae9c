//! What people can say: commands and their parameters, read from `commands/*.toml`.
