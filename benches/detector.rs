//! Bytes a second through the detector on one thread, on text as it comes and on text that is hard for one stage.

use crate::corpus::{self, Corpus};
use criterion::{Criterion, Throughput};
use keyward::{Detector, Rule, RuleSet, Scratch, builtin_rules};
use std::hint::black_box;
use std::sync::Arc;

pub(crate) fn bench(criterion: &mut Criterion) {
    measure(criterion, "detector", &Detector::builtin(), &corpus::all());
}

/// The same text with more and more of the built-in rules, twice: spread evenly over them, and with the few that no
/// scanner does without in from the start (`kinds`), so that only the number grows and not the kinds of work.
pub(crate) fn by_rules(criterion: &mut Criterion) {
    let mut corpora = corpus::all();
    corpora.retain(|corpus| matches!(corpus.name, "own-source" | "tree" | "minified" | "random-bytes"));
    let all = builtin_rules();
    let (common, others): (Vec<_>, Vec<_>) = all.rules().iter().cloned().partition(|rule| is_common(rule));
    for count in [80, 400, 1_500, all.len()] {
        measure(criterion, &format!("rules-{count}"), &detector(&spread(all.rules(), count)), &corpora);
        let more = spread(&others, count.saturating_sub(common.len()).min(others.len()));
        measure(criterion, &format!("kinds-{count}"), &detector(&[common.clone(), more].concat()), &corpora);
    }
}

/// Whether a rule is about what nobody issues: passwords, keys and tokens by name, in URLs and in PEM blocks.
fn is_common(rule: &Rule) -> bool {
    rule.enabled && ["Databases", "Generic", "HTTP", "Private keys"].contains(&rule.about().provider.as_str())
}

fn spread(rules: &[Arc<Rule>], count: usize) -> Vec<Arc<Rule>> {
    (0..count).map(|index| rules[index * rules.len() / count].clone()).collect()
}

fn detector(rules: &[Arc<Rule>]) -> Detector {
    let set = RuleSet::new(rules.iter().map(|rule| rule.as_ref().clone()).collect()).expect("ids are unique");
    Detector::new(set).expect("built-in rules compile")
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
