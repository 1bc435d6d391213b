//! Behaviour, through the binary and the library. One binary, so that it links once.

mod cli;
mod config;
mod detector;
mod history;
mod layers;
mod report;
mod rules;
mod staged;
mod support;
mod walk;
