//! Bytes a second through the detector on one thread, on text as it comes and on text that is hard for one stage.

use crate::corpus::{self, Corpus};
use criterion::{Criterion, Throughput};
use keyward::{Detector, Scratch};
use std::hint::black_box;

pub(crate) fn bench(criterion: &mut Criterion) {
    let detector = Detector::builtin();
    let mut group = criterion.benchmark_group("detector");
    group.sample_size(20);
    for Corpus { name, files } in corpus::all() {
        let mut scratch = Scratch::default();
        group.throughput(Throughput::Bytes(files.iter().map(|file| file.len() as u64).sum()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| files.iter().map(|file| detector.scan_with(black_box(file), &mut scratch).len()).sum::<usize>());
        });
    }
}
