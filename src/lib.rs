//! keyward finds leaked keys in trees, commits, histories and pipelines, and blocks them.
//!
//! ```text
//! flags + .keyward.yaml ──> settings
//!                              │
//! source ── Blob ──> detector ── Match ──> triage ── Finding ──> reporter ──> exit status
//! ```
//!
//! One way, no loops; a module imports only from the levels below it (`docs/architecture.md`).
//! As a library, the entry is [`Detector`].

pub mod blob;
pub mod cli;
pub mod commands;
pub mod config;
pub mod engine;
pub mod findings;
pub mod import;
pub mod pipeline;
pub mod report;
pub mod rules;
pub mod sources;
pub mod text;

pub use engine::{Detector, Match, Scratch};

/// The README's example, compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
