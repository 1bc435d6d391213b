//! Through the binary, where the working directory counts.

use super::*;

/// Runs `keyward scan` in a directory of the tree.
fn scan(tree: &Tree, dir: &str, args: &[&str]) -> Run {
    let run = args.iter().fold(keyward(&tree.top().join(dir), ["scan"]), Keyward::arg);
    run.acme().run()
}

fn leaking(files: &[&str]) -> Tree {
    let tree = Tree::repository(&[]);
    for (seed, file) in (1..).zip(files) {
        tree.write(file, &format!("KEY={}\n", token(seed)));
    }
    tree
}

#[test]
fn paths_are_reported_as_the_user_named_them() {
    let tree = leaking(&["src/a.env"]);
    let top = tree.top();
    let absolute = format!("{}/src/a.env:1:5", top.display());
    for (dir, named, reported) in [
        (".", ".", "src/a.env:1:5"),
        (".", "./", "src/a.env:1:5"),
        (".", "src", "src/a.env:1:5"),
        (".", "./src//", "src/a.env:1:5"),
        (".", "./src/a.env", "src/a.env:1:5"),
        ("src", ".", "a.env:1:5"),
        ("src", "../src", "../src/a.env:1:5"),
        (".", top.to_str().unwrap(), absolute.as_str()),
    ] {
        let run = scan(&tree, dir, &[named]).expect(1);
        assert!(run.stdout.starts_with(&format!("{reported}: ")), "{named} in {dir}:\n{}", run.stdout);
    }
}

#[test]
fn a_committed_file_leaks_whatever_gitignore_says() {
    let tree = leaking(&["deploy/.env"]);
    tree.write(".gitignore", ".env\n");
    scan(&tree, ".", &[]).expect(0);
    tree.git(&["add", "-f", "deploy/.env"]);
    assert!(scan(&tree, ".", &[]).expect(1).stdout.contains("deploy/.env:1:5"));
    assert!(scan(&tree, "deploy", &[]).expect(1).stdout.contains(".env:1:5"));
}

#[test]
fn what_is_too_large_makes_the_scan_incomplete_unless_allowed() {
    let tree = leaking(&["a.env"]);
    assert!(scan(&tree, ".", &["--max-size", "5"]).expect(2).stdout.contains("a.env"));
    scan(&tree, ".", &["--max-size", "5", "--allow-incomplete"]).expect(0);
}

#[test]
fn places_in_utf16_files_are_those_an_editor_shows() {
    let tree = Tree::new(&[]);
    let text = format!("first\r\nnaïve key = {}\r\n", token(1));
    for (name, mark) in [("marked.ini", "\u{feff}"), ("unmarked.ini", "")] {
        let units: Vec<u8> = format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(tree.top().join(name), units).unwrap();
    }
    fs::write(tree.top().join("utf8.ini"), format!("\u{feff}{text}")).unwrap();
    let run = scan(&tree, ".", &["--format", "json"]).expect(1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let finding = &report["findings"][0];
    let places = finding["also_at"].as_array().unwrap().iter().chain([finding]);
    let mut seen: Vec<_> = places.map(|at| (at["path"].as_str(), at["line"].as_u64(), at["column"].as_u64())).collect();
    seen.sort_unstable();
    let expected = ["marked.ini", "unmarked.ini", "utf8.ini"].map(|path| (Some(path), Some(2), Some(13)));
    assert_eq!(seen, expected, "{}", run.stdout);
}

#[test]
fn archives_are_opened_where_asked_for() {
    let tree = leaking(&["a.env"]);
    let member = fs::read(tree.top().join("a.env")).unwrap();
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best()));
    let mut header = tar::Header::new_gnu();
    header.set_size(member.len() as u64);
    builder.append_data(&mut header, "in/b.env", &member[..]).unwrap();
    let archive = builder.into_inner().unwrap().finish().unwrap();
    fs::write(tree.top().join("a.tgz"), &archive).unwrap();
    fs::remove_file(tree.top().join("a.env")).unwrap();
    scan(&tree, ".", &[]).expect(0);
    assert!(scan(&tree, ".", &["--archives"]).expect(1).stdout.contains("a.tgz!in/b.env:1:5"));
    fs::write(tree.top().join("a.tgz"), &archive[..archive.len() / 2]).unwrap();
    assert!(scan(&tree, ".", &["--archives"]).expect(2).stdout.contains("a.tgz"));
}

#[test]
fn what_lies_beside_the_repository_leaves_out_nothing() {
    let tree = leaking(&["repo/a.mine", "repo/sub/b.mine"]);
    fs::create_dir(tree.top().join("repo/.jj")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let excludes = home.path().join("excludes");
    fs::write(&excludes, "*.mine\n").unwrap();
    fs::write(tree.top().join(".ignore"), "*.mine\n").unwrap();
    fs::write(tree.top().join(".gitignore"), "*.mine\n").unwrap();
    fs::write(home.path().join(".gitconfig"), format!("[core]\n\texcludesFile = {}\n", excludes.display())).unwrap();
    for (dir, path) in [("repo", "."), ("repo/sub", ".."), ("repo/sub", ".")] {
        let run = keyward(&tree.top().join(dir), ["scan", path]).acme().env("HOME", home.path()).run().expect(1);
        assert!(run.stdout.contains("b.mine:1"), "{path} in {dir}: {}", run.stdout);
    }
    fs::write(tree.top().join("repo/.ignore"), "*.mine\n").unwrap();
    for (dir, path) in [("repo", "."), ("repo/sub", ".."), ("repo/sub", ".")] {
        keyward(&tree.top().join(dir), ["scan", path]).acme().run().expect(0);
    }
}
