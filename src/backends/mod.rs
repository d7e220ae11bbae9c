//! Adapters of the systems that services run on.
