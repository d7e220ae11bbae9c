//! Servers of our own that speak the real protocols of the five services, for the demo and the tests.
