//! What the detector is measured on. The same bytes on every run.

use keyward::engine::sample::Random;
use std::path::{Path, PathBuf};

/// Files under a name.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) files: Vec<Vec<u8>>,
}

/// Size of generated text, in bytes.
const GENERATED: usize = 4 << 20;
/// How much of a tree is read at most, in bytes.
const MOST_OF_TREE: usize = 256 << 20;
/// Names and words of source text, some of which are literals of rules.
const WORDS: &[&str] = &[
    "return", "value", "self", "index", "token", "password", "config", "for", "in", "range", "import", "key", "buffer", "length", "public",
    "static", "void", "secret", "auth", "user", "handler", "request", "response", "if", "else", "None", "true", "api_key", "client", "url",
];

/// Everything to measure on.
pub(crate) fn all() -> Vec<Corpus> {
    let mut all = vec![
        Corpus { name: "own-source", files: read_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) },
        Corpus { name: "words", files: vec![words(b" = (\n    ,.)")] },
        Corpus { name: "assignments", files: vec![assignments()] },
        Corpus { name: "base64-lines", files: vec![base64(76)] },
        Corpus { name: "base64-one-line", files: vec![base64(usize::MAX)] },
        Corpus { name: "minified", files: vec![minified()] },
        Corpus { name: "random-bytes", files: vec![random_bytes()] },
        Corpus { name: "zeros", files: vec![vec![0; GENERATED]] },
    ];
    if let Some(tree) = std::env::var_os("KEYWARD_BENCH_TREE") {
        all.push(Corpus { name: "tree", files: read_tree(&PathBuf::from(tree)) });
    }
    all
}

/// Words and punctuation, as in a source file.
fn words(between: &[u8]) -> Vec<u8> {
    let mut random = Random::new(1);
    let mut text = Vec::with_capacity(GENERATED + 64);
    while text.len() < GENERATED {
        text.extend_from_slice(WORDS[random.below(WORDS.len())].as_bytes());
        text.push(between[random.below(between.len())]);
    }
    text
}

/// A name that holds secrets on every line, with a value that is none.
fn assignments() -> Vec<u8> {
    let mut random = Random::new(2);
    let mut text = Vec::with_capacity(GENERATED + 64);
    while text.len() < GENERATED {
        let (name, value) = (WORDS[random.below(WORDS.len())], WORDS[random.below(WORDS.len())]);
        text.extend_from_slice(format!("    {name}_password = \"{value}_{value}\"\n").as_bytes());
    }
    text
}

/// Statements of short names without blanks or line breaks, as a bundle for browsers.
fn minified() -> Vec<u8> {
    const STATEMENTS: [&str; 8] = [
        "function #(#,#){return #.#(#)}",
        "var #=#.#,#=!0;",
        "if(#&&#.#){#=#.#(#,\"#\")}",
        "#.prototype.#=function(){this.#=#;return this};",
        "for(var #=0;#<#.length;#++)#.push(#[#]);",
        "#.exports={#:#,#:#,token:#,#:1e3};",
        "switch(#){case 12:return\"#-#\";default:throw Error(#)}",
        "#=#?#.#.#:{className:\"# #-#\",key:#};",
    ];
    const NAMES: &[u8; 54] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_";
    let mut random = Random::new(4);
    let mut text = Vec::with_capacity(GENERATED + 128);
    while text.len() < GENERATED {
        for byte in STATEMENTS[random.below(STATEMENTS.len())].bytes() {
            match byte {
                b'#' => {
                    text.extend((0..=random.below(3)).map(|_| NAMES[random.below(NAMES.len())]));
                }
                other => text.push(other),
            }
        }
    }
    text
}

fn random_bytes() -> Vec<u8> {
    let mut random = Random::new(3);
    (0..GENERATED).map(|_| u8::try_from(random.below(256)).expect("below 256")).collect()
}

/// Random base64 in lines of a length.
fn base64(line: usize) -> Vec<u8> {
    let text = data_encoding::BASE64.encode(&random_bytes()[..GENERATED * 3 / 4]).into_bytes();
    text.chunks(line.min(text.len())).collect::<Vec<_>>().join(&b'\n')
}

/// The files below a directory in order of their paths, links not followed.
fn read_tree(root: &Path) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).expect("the directory can be read") {
            let entry = entry.expect("its entries can be read");
            let kind = entry.file_type().expect("their types can be read");
            if kind.is_dir() && entry.file_name() != ".git" {
                directories.push(entry.path());
            } else if kind.is_file() {
                paths.push(entry.path());
            }
        }
    }
    paths.sort();
    let mut left = MOST_OF_TREE;
    let mut files = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).expect("the file can be read");
        let Some(rest) = left.checked_sub(bytes.len()) else { break };
        left = rest;
        files.push(bytes);
    }
    files
}
