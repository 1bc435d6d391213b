//! Compiles `rules/*.yaml` with the types that user rules go through, lays out those that are on by default as the
//! detector does with others, and embeds both, so that start-up parses and works out nothing. A rule that does not
//! compile stops the build.

#[allow(dead_code, unreachable_pub, reason = "the build uses a part of these modules")]
#[path = "src/text"]
mod text {
    #[path = "chars.rs"]
    pub mod chars;
}

#[allow(dead_code, unreachable_pub, reason = "the build uses a part of these modules")]
mod rules {
    #[path = "../src/rules/about.rs"]
    pub mod about;
    #[path = "../src/rules/alphabet.rs"]
    pub mod alphabet;
    #[path = "../src/rules/check.rs"]
    pub mod check;
    #[path = "../src/rules/format.rs"]
    pub mod format;
    #[path = "../src/rules/gate.rs"]
    pub mod gate;
    #[path = "../src/rules/keywords.rs"]
    pub mod keywords;
    #[path = "../src/rules/lazy.rs"]
    pub mod lazy;
    #[path = "../src/rules/load.rs"]
    pub mod load;
    #[path = "../src/rules/pattern.rs"]
    pub mod pattern;
    #[path = "../src/rules/plan.rs"]
    pub mod plan;
    #[path = "../src/rules/rule.rs"]
    pub mod rule;
    #[path = "../src/rules/syntax.rs"]
    pub mod syntax;
}

#[allow(dead_code, unreachable_pub, reason = "the build uses a part of these modules")]
#[path = "src/engine"]
mod engine {
    #[path = "assignment"]
    pub mod assignment {
        pub mod programs;
    }
    pub mod layout;

    /// The layout of the rules that are on by default, for whatever processor, encoded.
    pub fn encoded(rules: &[crate::rules::rule::Rule]) -> postcard::Result<Vec<u8>> {
        use layout::codes::Codes;
        postcard::to_stdvec(&layout::Layout::of(rules.iter().filter(|rule| rule.enabled), &[Codes::Letters, Codes::Pairs]))
    }
}

use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/text/chars.rs");
    println!("cargo::rerun-if-changed=src/engine/layout");
    println!("cargo::rerun-if-changed=src/engine/assignment/programs.rs");
    let mut all: Vec<rules::rule::Rule> = Vec::new();
    for path in rule_files(Path::new("rules"))? {
        let yaml = std::fs::read_to_string(&path)?;
        let compiled = rules::load::parse_rules(&yaml).map_err(|error| format!("{}: {error}", path.display()))?;
        all.extend(compiled);
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = all.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(format!("rules: the id `{}` is used twice", pair[0].id).into());
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("rules.bin"), encode(&all)?)?;
    std::fs::write(out.join("layout.bin"), engine::encoded(&all)?)?;
    std::fs::write(out.join("fakes.bin"), fakes(&all))?;
    println!("cargo::rustc-env=KEYWARD_COMMIT={}", commit().unwrap_or_default());
    Ok(())
}

/// The rules one after the other: each is decoded where it will stay.
fn encode(rules: &[rules::rule::Rule]) -> postcard::Result<Vec<u8>> {
    rules.iter().try_fold(Vec::new(), |bytes, rule| postcard::to_extend(rule, bytes))
}

/// The marks of all documented fakes, sorted.
fn fakes(rules: &[rules::rule::Rule]) -> Vec<u8> {
    let all = rules.iter().flat_map(|rule| &rule.about().placeholders);
    let mut marks: Vec<u64> = all.filter_map(|fake| rules::about::mark_of_fake(fake.as_bytes())).collect();
    marks.sort_unstable();
    marks.dedup();
    marks.iter().flat_map(|mark| mark.to_le_bytes()).collect()
}

/// The rule files in a fixed order.
fn rule_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    Ok(files)
}

/// The commit that is built, for `--version`; nothing where there is no git.
fn commit() -> Option<String> {
    let output = std::process::Command::new("git").args(["rev-parse", "--short=10", "HEAD"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
