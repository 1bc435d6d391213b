//! Bytes a second through the detector on one thread, on text as it comes and on text that is hard for one stage.

use crate::corpus::{self, Corpus};
use criterion::{Criterion, Throughput};
use keyward::{Detector, RuleSet, Scratch, builtin_rules};
use std::hint::black_box;

pub(crate) fn bench(criterion: &mut Criterion) {
    measure(criterion, "detector", &Detector::builtin(), &corpus::all());
}

/// The same text with more and more of the built-in rules, spread evenly over them.
pub(crate) fn by_rules(criterion: &mut Criterion) {
    let mut corpora = corpus::all();
    corpora.retain(|corpus| matches!(corpus.name, "own-source" | "tree" | "minified" | "random-bytes"));
    let all = builtin_rules();
    for count in [80, 400, 1_500, all.len()] {
        let rules = (0..count).map(|index| all.rules()[index * all.len() / count].as_ref().clone()).collect();
        let set = RuleSet::new(rules).expect("ids are unique");
        let detector = Detector::new(set).expect("built-in rules compile");
        measure(criterion, &format!("rules-{count}"), &detector, &corpora);
    }
}

fn measure(criterion: &mut Criterion, group: &str, detector: &Detector, corpora: &[Corpus]) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20);
    for Corpus { name, files } in corpora {
        let mut scratch = Scratch::default();
        group.throughput(Throughput::Bytes(files.iter().map(|file| file.len() as u64).sum()));
        group.bench_function(*name, |bencher| {
            bencher.iter(|| files.iter().map(|file| detector.scan_with(black_box(file), &mut scratch).len()).sum::<usize>());
        });
    }
}
