//! Behaviour, through the binary and the library. One binary, so that it links once.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails, in its helpers too")]

#[cfg(unix)]
mod action;
mod archive;
mod baseline;
mod cache;
mod cases;
mod ci;
mod cli;
mod config;
mod coverage;
mod decode;
mod detector;
mod diff;
mod explain;
mod fates;
mod faults;
mod forms;
mod generic;
mod hidden;
mod history;
#[cfg(unix)]
mod hooks;
mod import;
mod keywardignore;
mod layers;
mod library;
mod moved;
mod names;
mod packs;
mod pairs;
mod pipeline;
#[cfg(unix)]
mod pre_receive;
mod private_keys;
mod readme;
mod references;
mod released;
mod report;
mod rules;
mod schema;
mod staged;
mod submodules;
mod support;
mod suppressions;
mod trusted;
mod versions;
mod walk;
