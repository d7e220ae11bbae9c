//! A command as typed, understood: the parser, free of I/O.

/// A command, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {}
