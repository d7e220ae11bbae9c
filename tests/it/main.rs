//! Tests of the whole from outside: one binary, one link, many scenarios.

mod backends;
mod binary;
mod catalogue;
mod config;
mod console;
mod coverage;
mod delivery;
mod demo;
mod house;
mod incidents;
mod intake;
mod oncall;
mod pagers;
mod real;
mod rig;
mod sandbox;
mod scenarios;
mod slack;
mod store;
mod verbs;
mod watch;
mod words;
