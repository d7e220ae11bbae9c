//! What people can say about alerts that come in: silences.

mod begin;
mod end;
mod list;

pub use begin::Begin;
pub use end::End;
pub use list::List;
