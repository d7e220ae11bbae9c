//! A command as typed, understood: the parser, free of I/O.
