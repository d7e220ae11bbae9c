//! The HTTP server: health, hooks, console.
