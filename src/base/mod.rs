//! Ground floor: what every other floor stands on and nothing of Toban's own subject.

pub mod clock;
pub mod ids;
pub mod meter;
pub mod secret;
pub mod span;
pub mod text;

pub use clock::Clock;
pub use secret::Secret;
