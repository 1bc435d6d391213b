//! What every run pays before it scans anything: a hook runs on each commit.

use criterion::Criterion;
use keyward::Detector;
use std::process::{Command, Stdio};

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start-up");
    group.bench_function("detector", |bencher| bencher.iter(Detector::builtin));
    let empty = tempfile::tempdir().expect("a directory can be made");
    for (name, arguments) in [("version", vec!["--version"]), ("empty-directory", vec!["scan", "."])] {
        let run = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
            let status = command.args(&arguments).current_dir(&empty).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert!(status.expect("the program runs").success(), "{name}");
        };
        group.bench_function(name, |bencher| bencher.iter(run));
    }
}
