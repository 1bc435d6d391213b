//! The documents say what is so: commands exist, links lead somewhere, the demonstration is a real run.

use crate::support::keyward::keyward;
use crate::support::repo::Repo;
use clap::Parser as _;
use clap::error::ErrorKind;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All documents for people, relative to the root.
fn documents() -> Vec<PathBuf> {
    let pages = |dir: &str| std::fs::read_dir(root().join(dir)).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let all = [pages("."), pages("docs"), pages("rules")].concat();
    let markdown = all.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    markdown.map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

/// The lines of a document in code blocks, and its code spans elsewhere, each with the block's language.
fn code(text: &str) -> Vec<(String, String)> {
    let mut block: Option<String> = None;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            block = if block.is_some() { None } else { Some(language.to_owned()) };
        } else if let Some(language) = &block {
            found.push((language.clone(), line.to_owned()));
        } else {
            found.extend(line.split('`').skip(1).step_by(2).map(|span| (String::new(), span.to_owned())));
        }
    }
    found
}

/// The words of a run of keyward in a line of shell or a code span.
fn keyward_run(line: &str) -> Option<Vec<String>> {
    let line = line.trim_start().trim_start_matches("$ ").trim_start_matches("exec ");
    let end = line.find([' ', '\t']).unwrap_or(line.len());
    if &line[..end] != "keyward" {
        return None;
    }
    let words = line.split_whitespace().take_while(|word| !matches!(*word, "|" | ">" | "<" | "&&" | "||" | "#" | "…"));
    Some(words.map(str::to_owned).collect())
}

#[test]
fn every_command_in_the_documents_is_accepted() {
    let mut seen = 0;
    for path in documents() {
        let text = read(&path);
        let shell = code(&text).into_iter().filter(|(language, _)| matches!(language.as_str(), "" | "sh" | "console"));
        for words in shell.filter_map(|(_, line)| keyward_run(&line)) {
            seen += 1;
            let Err(error) = keyward::cli::args::Cli::try_parse_from(&words) else { continue };
            // Prose names a command without what has to follow.
            let named = !error.use_stderr() || error.kind() == ErrorKind::MissingRequiredArgument;
            assert!(named, "{}: `{}`: {error}", path.display(), words.join(" "));
        }
    }
    assert!(seen > 10, "the commands were found");
}

#[test]
fn every_link_between_documents_leads_to_a_file() {
    let mut seen = 0;
    for path in documents() {
        let text = read(&path);
        for target in text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap_or_default()) {
            if !target.is_empty() && !target.contains("://") {
                seen += 1;
                let file = root().join(&path).parent().unwrap().join(target);
                assert!(file.exists(), "{}: {target}", path.display());
            }
        }
    }
    assert!(seen > 5, "the links were found");
}

/// The block of the README behind an HTML comment that begins so.
fn block(mark: &str) -> String {
    let text = read("README.md");
    let lines = text.lines().skip_while(|line| !line.starts_with(mark)).skip_while(|line| !line.starts_with("```")).skip(1);
    let block: Vec<&str> = lines.take_while(|line| !line.starts_with("```")).collect();
    assert!(!block.is_empty(), "README.md has a code block behind {mark}");
    block.join("\n")
}

/// What a line says apart from the value of the secret, the fingerprint that hangs on it, sizes and times.
fn steady(line: &str) -> String {
    let steps = [(r"\*{4}\w{4}", "****"), (r"kw1:\w+", "kw1:"), (r"\d+ B with [\d,]+ rules in [\d.]+ s", "all")];
    let replaced = steps
        .iter()
        .fold(line.to_owned(), |line, (pattern, steady)| regex::Regex::new(pattern).unwrap().replace_all(&line, *steady).into_owned());
    replaced.trim_end().to_owned()
}

#[test]
fn the_demonstration_is_a_real_run() {
    let rules = keyward::rules::builtin::builtin();
    let rule = rules.get("github-pat-classic").expect("a built-in rule");
    let token = String::from_utf8(keyward::engine::sample::secret(rule, 1).expect("its format gives samples")).unwrap();
    let repo = Repo::init();
    let files = [
        ("deploy/release.sh", format!("#!/bin/sh\nset -eu\nexport GITHUB_TOKEN={token}\ngh release create \"$1\" dist/*\n")),
        ("src/settings.py", "import os\n\nDEBUG = False\nTOKEN = os.environ[\"TOKEN\"]\n".to_owned()),
        ("README.md", "# Shop\n\nSet `API_KEY=your-api-key-here` in the environment.\n".to_owned()),
    ];
    for (path, content) in &files {
        let path = repo.dir().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let run = keyward(repo.dir(), ["scan"]).run().expect(1);
    let shown = block("<!-- demo");
    let mut expected = shown.lines().skip(1).map(steady);
    let mut real = run.stdout.lines().map(steady);
    assert!(shown.starts_with("$ keyward scan\n"));
    for line in expected.by_ref() {
        assert_eq!(real.next().as_deref(), Some(line.as_str()), "the README shows another output than:\n{}", run.stdout);
    }
}

#[test]
fn every_configuration_in_the_documents_is_accepted() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("security")).unwrap();
    std::fs::write(dir.path().join("security/rules.yaml"), crate::support::keyward::RULES).unwrap();
    for (path, blocks) in [("README.md", 1), ("docs/configuration.md", 2)] {
        let text = read(path);
        let yaml = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let configurations: Vec<&str> = yaml.filter(|yaml| yaml.contains("allow:") || yaml.contains("rules:")).collect();
        assert_eq!(configurations.len(), blocks, "{path}");
        for yaml in configurations {
            std::fs::write(dir.path().join(".keyward.yaml"), yaml).unwrap();
            keyward(dir.path(), ["config", "show"]).run().expect(0);
        }
    }
}

#[test]
fn ci_runs_the_commands_of_the_readme() {
    let script = read(".ci/run");
    for (name, command) in [("scan", "cargo run --release --locked -- scan ."), ("test", "cargo test --locked")] {
        assert_eq!(block(&format!("<!-- ci: {name} -->")), command);
        assert!(script.contains(&format!("run_readme {name}")), "{name}");
    }
}
