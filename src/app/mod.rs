//! The use cases: dispatch, verbs, plans, delivery.
