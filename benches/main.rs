//! Benches: start-up, detector, the same by number of rules, walk, history. One program, so that it links once.
//!
//! `cargo bench -- --quick` gives an overview, `cargo bench -- detector` one area. `KEYWARD_BENCH_TREE=DIR` adds a
//! tree of files, `KEYWARD_BENCH_REPO=DIR` a git repository.

mod corpus;
mod detector;
mod sources;
mod startup;

use criterion::{criterion_group, criterion_main};

criterion_group!(all, startup::bench, detector::bench, detector::by_rules, sources::walk, sources::history);
criterion_main!(all);
