//! What is found inside archives, and that hostile ones do no harm.

use std::io::{Cursor, Write as _};
use std::sync::LazyLock;

use keyward::blob::SkipReason;
use keyward::sources::archive::{Limits, is_archive, members};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

type Compress = fn(&[u8]) -> Vec<u8>;
type Members = Vec<(String, Vec<u8>)>;

fn open(bytes: &[u8], limits: &Limits) -> (Members, Vec<(String, SkipReason)>) {
    let mut seen = Vec::new();
    let skips = members(bytes, limits, &mut |name, content| seen.push((name.to_owned(), content.to_vec())));
    (seen, skips.into_iter().map(|skip| (skip.what, skip.reason)).collect())
}

/// The members of an archive that has nothing to complain of.
fn all(bytes: &[u8]) -> Members {
    let (seen, skips) = open(bytes, &Limits::default());
    assert_eq!(skips, []);
    seen
}

fn pairs(members: &[(&str, &[u8])]) -> Members {
    members.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

fn zipped(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = SimpleFileOptions::default().compression_method(method);
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

fn deflated(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(members, zip::CompressionMethod::Deflated)
}

/// A zip written in one go, with lengths behind the content.
fn streamed(members: &[(&str, &[u8])], method: zip::CompressionMethod) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = zip::ZipWriter::new_stream(&mut bytes);
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut encoder = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, Some(bytes.len() as u64)).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Every way to compress one stream.
const CODECS: [Compress; 5] = [gzipped, bzipped, xzipped, lzma, zstd];

const FILES: [(&str, &[u8]); 3] = [("a.txt", b"first content"), ("dir/b.env", b"KEY=value\n"), ("empty", b"")];

#[test]
fn zip_members_are_visited_however_they_were_written() {
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        assert_eq!(all(&zipped(&FILES, method)), pairs(&FILES));
        assert_eq!(all(&streamed(&FILES, method)), pairs(&FILES));
    }
    assert_eq!(all(&deflated(&[("dir/", b""), ("dir/f", b"x")])), pairs(&[("dir/f", b"x")]));
    assert_eq!(all(&deflated(&[])), []);
}

#[test]
fn a_zip_member_that_is_named_like_a_directory_and_has_content_is_visited() {
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        for archive in [zipped(&[("k-", b"KEY=value"), ("f", b"x")], method), streamed(&[("k-", b"KEY=value"), ("f", b"x")], method)] {
            let named = String::from_utf8_lossy(&archive).matches("k-").count();
            assert_eq!(named, 2, "a local header and the directory");
            assert_eq!(all(&bstr::ByteSlice::replace(&archive[..], "k-", "k/")), pairs(&[("k/", b"KEY=value"), ("f", b"x")]));
        }
        assert_eq!(all(&streamed(&[("k/", b""), ("f", b"x")], method)), pairs(&[("f", b"x")]));
    }
}

#[test]
fn zeros_behind_a_gzip_stream_are_padding() {
    for content in [&b""[..], b"text", &[0; 300]] {
        let stream = gzipped(content);
        for end in [&[0; 1][..], &[0; 512]] {
            assert_eq!(all(&[&stream, end].concat()), pairs(&[("content", content)]));
            assert_eq!(all(&[&stream, &stream, end].concat()), pairs(&[("content", &content.repeat(2))]));
        }
        assert!(!open(&[&stream, &[0, 1][..]].concat(), &Limits::default()).1.is_empty());
    }
}

#[test]
fn zip_members_that_the_directory_does_not_list_are_visited() {
    let (hidden, listed) = (deflated(&[("a", b"hidden")]), deflated(&[("a", b"listed")]));
    let directory = hidden.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let joined = [&hidden[..directory], &listed].concat();
    assert_eq!(all(&joined), pairs(&[("a", b"hidden"), ("a", b"listed")]));
}

/// An archive of `ar` with these members, names in the manner of GNU.
fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let header = |name: &str, size: usize| format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 100_644);
    let long = members.iter().filter(|(name, _)| name.len() > 15).map(|(name, _)| format!("{name}/\n")).collect::<Vec<_>>().concat();
    let mut bytes = b"!<arch>\n".to_vec();
    let mut add = |name: &str, content: &[u8]| {
        bytes.extend(header(name, content.len()).bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(2), b'\n');
    };
    if !long.is_empty() {
        add("//", long.as_bytes());
    }
    for (name, content) in members {
        let known = (name.len() > 15).then(|| long.find(&format!("{name}/\n")).unwrap());
        add(&known.map_or_else(|| format!("{name}/"), |at| format!("/{at}")), content);
    }
    bytes
}

#[test]
fn members_of_ar_are_visited_under_their_names() {
    let short: [(&str, &[u8]); 3] = [("debian-binary", b"2.0\n"), ("odd", b"odd"), ("empty", b"")];
    assert_eq!(all(&packed(&short)), pairs(&short));
    let long: [(&str, &[u8]); 3] = [("a-name-of-more-than-fifteen", b"1"), ("another-name-of-that-kind", b"22"), ("c", b"3")];
    assert_eq!(all(&packed(&long))[1..], pairs(&long));
    let content = b"#1/20           0           0     0     100644  23        `\na-name-in-bsd-style\0abc\n";
    assert_eq!(all(&[&b"!<arch>\n"[..], content].concat()), pairs(&[("a-name-in-bsd-style", b"abc")]));
    let inner = gzipped(&tarred(&[("./postinst", b"x")]));
    assert_eq!(all(&packed(&[("control.tar.gz", &inner)])), pairs(&[("control.tar.gz!postinst", b"x")]));
    let mut cut = packed(&short[..2]);
    cut.truncate(cut.len() - 2);
    assert_eq!(
        open(&cut, &Limits::default()),
        (pairs(&[("debian-binary", b"2.0\n"), ("odd", b"od")]), vec![("odd".to_owned(), SkipReason::Corrupt)])
    );
    let noise = [&packed(&short[..1]), &b"noise that is no header"[..]].concat();
    assert_eq!(open(&noise, &Limits::default()).1, [(String::new(), SkipReason::Corrupt)]);
}

#[test]
fn the_comment_of_a_zip_is_read() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment("made by hand").unwrap();
    assert_eq!(all(&writer.finish().unwrap().into_inner()), pairs(&[("(comment)", b"made by hand")]));
}

#[test]
fn a_zip_that_lists_more_than_there_is_is_not_whole() {
    let mut bytes = deflated(&[("a", b"one"), ("b", b"two")]);
    bytes[..4].copy_from_slice(b"PK\x05\x06");
    let (seen, skips) = open(&bytes, &Limits::default());
    assert_eq!(seen, pairs(&[("b", b"two")]));
    assert_eq!(skips, [(String::new(), SkipReason::Corrupt)]);
}

#[test]
fn tars_are_visited_plain_and_compressed() {
    let tar = tarred(&FILES);
    assert_eq!(all(&tar), pairs(&FILES));
    for compress in CODECS {
        assert_eq!(all(&compress(&tar)), pairs(&FILES));
    }
}

#[test]
fn long_names_in_tars_are_whole() {
    let name = format!("{}/file", "directory/".repeat(30).trim_end_matches('/'));
    assert_eq!(all(&tarred(&[(&name, b"x")])), pairs(&[(&name, b"x")]));
}

#[test]
fn concatenated_tars_and_streams_are_read_to_their_end() {
    let (one, two) = (tarred(&FILES[..1]), tarred(&FILES[1..]));
    assert_eq!(all(&[one.clone(), two.clone()].concat()), pairs(&FILES));
    // LZMA alone is one stream.
    for compress in CODECS.into_iter().filter(|compress| compress(b"")[0] != 0x5d) {
        assert_eq!(all(&[compress(&one), compress(&two)].concat()), pairs(&FILES));
    }
}

#[test]
fn a_single_compressed_file_has_its_stored_name() {
    for compress in CODECS {
        assert_eq!(all(&compress(b"text")), pairs(&[("content", b"text")]));
        assert_eq!(all(&compress(b"")), pairs(&[("content", b"")]));
    }
    let mut encoder = flate2::GzBuilder::new().filename("app.log").write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"text").unwrap();
    assert_eq!(all(&encoder.finish().unwrap()), pairs(&[("app.log", b"text")]));
}

#[test]
fn archives_in_archives_are_opened_to_the_depth() {
    let inner = tarred(&[("secret", b"x")]);
    let middle = deflated(&[("inner.tgz", &gzipped(&inner)), ("plain", b"y")]);
    let outer = tarred(&[("middle.zip", &middle)]);
    assert_eq!(all(&outer), pairs(&[("middle.zip!inner.tgz!secret", b"x"), ("middle.zip!plain", b"y")]));
    let (seen, skips) = open(&outer, &Limits { depth: 2, ..Limits::default() });
    assert_eq!(seen, pairs(&[("middle.zip!plain", b"y")]));
    assert_eq!(skips, [("middle.zip!inner.tgz".to_owned(), SkipReason::ArchiveLimit)]);
}

#[test]
fn members_over_the_size_limit_are_skips_and_the_rest_is_visited() {
    let files: [(&str, &[u8]); 3] = [("a", b"1"), ("large", &[b'x'; 100]), ("z", b"2")];
    let limits = Limits { member_size: 99, ..Limits::default() };
    let stored = zipped(&files, zip::CompressionMethod::Stored);
    for archive in [deflated(&files), stored, streamed(&files, zip::CompressionMethod::Deflated), tarred(&files), xzipped(&tarred(&files))]
    {
        let (seen, skips) = open(&archive, &limits);
        assert_eq!(seen, pairs(&[("a", b"1"), ("z", b"2")]));
        assert_eq!(skips, [("large".to_owned(), SkipReason::TooLarge)]);
    }
    assert_eq!(open(&gzipped(&[b'x'; 100]), &limits).1, [("content".to_owned(), SkipReason::TooLarge)]);
}

#[test]
fn the_number_of_members_is_bounded() {
    let names: Vec<String> = (0..20).map(|n| format!("f{n}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    for archive in [deflated(&files), tarred(&files), deflated(&[("t", &tarred(&files))])] {
        let (seen, skips) = open(&archive, &Limits { members: 7, ..Limits::default() });
        assert!((6..=7).contains(&seen.len()), "{} visited", seen.len());
        assert_eq!(skips.iter().map(|skip| skip.1).collect::<Vec<_>>(), [SkipReason::ArchiveLimit]);
    }
}

#[test]
fn bombs_stop_at_the_ratio_and_are_named_once() {
    let zeros = vec![b' '; 40 << 20];
    let limits = Limits { member_size: 1 << 20, ..Limits::default() };
    let layers = deflated(&[("bomb", &gzipped(&zeros)), ("more", b"x")]);
    for bomb in [gzipped(&zeros), bzipped(&zeros), deflated(&[("bomb", &zeros), ("more", b"x")]), layers] {
        let mut visited = 0;
        let skips = members(&bomb, &limits, &mut |_, content| visited += content.len());
        assert!(visited <= 17 << 20);
        assert!(skips.iter().any(|skip| matches!(skip.reason, SkipReason::ArchiveLimit | SkipReason::TooLarge)), "{skips:?}");
        assert!(skips.len() <= 2, "{skips:?}");
    }
    let total = Limits { unpacked: 1000, ..Limits::default() };
    let (seen, skips) = open(&gzipped(&[b'x'; 1000]), &total);
    assert_eq!((seen[0].1.len(), skips), (1000, vec![]));
    let (seen, skips) = open(&gzipped(&[b'x'; 1001]), &total);
    assert_eq!((seen[0].1.len(), skips), (1000, vec![("content".to_owned(), SkipReason::ArchiveLimit)]), "what was read is scanned");
}

#[test]
fn a_long_name_that_is_too_long_does_not_fill_the_memory() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    header.set_path("long").unwrap();
    header.set_size(8 << 30);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.resize(4 << 20, b'a');
    assert_eq!(open(&bytes, &Limits::default()), (vec![], vec![(String::new(), SkipReason::Corrupt)]));
}

#[test]
fn what_cannot_be_opened_is_said() {
    let cpio = format!("070701{}", "0".repeat(104));
    for (bytes, what) in [
        (&b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7z"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"\x04\x22\x4d\x18\x64\x40\xa7", "lz4"),
        (b"\x02\x21\x4c\x18\x04\0\0\0", "lz4"),
        (b"LZIP\x01\x0c", "lzip"),
        (b"\x89LZO\0\r\n\x1a\n", "lzop"),
        (b"\x1f\x9d\x90a", "compress"),
        (b"\xed\xab\xee\xdb\x03\0", "rpm"),
        (b"MSCF\0\0\0\0", "cab"),
        (cpio.as_bytes(), "cpio"),
    ] {
        let skips = members(bytes, &Limits::default(), &mut |_, _| panic!("nothing can be visited"));
        assert_eq!((skips.len(), skips[0].reason, skips[0].detail.as_str()), (1, SkipReason::UnsupportedArchive, what));
    }
    let mut encrypted = deflated(&FILES);
    encrypted[6] |= 1;
    let (seen, skips) = open(&encrypted, &Limits::default());
    assert_eq!(seen, pairs(&FILES[1..]));
    assert_eq!(skips, [("a.txt".to_owned(), SkipReason::UnsupportedArchive)]);
}

#[test]
fn other_files_are_no_archives() {
    for bytes in [
        &b""[..],
        b"PK",
        b"text",
        &[0; 1024],
        &[b'7'; 600],
        b"LZIP is a format",
        b"!<arch> is its mark",
        b"070701 is a number",
        b"BZh9 is how this sentence begins",
    ] {
        assert!(!is_archive(bytes));
        assert_eq!(all(bytes), []);
    }
}

/// One of everything.
static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let text = "some = text\n".repeat(60);
    let files = [("a", text.as_bytes()), ("dir/b", b"\x00\x01binary"), ("c", text.as_bytes())];
    let tar = tarred(&files);
    let mut samples: Vec<Vec<u8>> = CODECS.iter().flat_map(|compress| [compress(&tar), compress(text.as_bytes())]).collect();
    samples.extend([deflated(&files), zipped(&files, zip::CompressionMethod::Stored), streamed(&files, zip::CompressionMethod::Deflated)]);
    samples.push(deflated(&[("in.tar.gz", &gzipped(&tar)), ("in.zip", &deflated(&files))]));
    samples.extend([tar.clone(), packed(&files), packed(&[("data.tar.gz", &gzipped(&tar))])]);
    samples
});

#[test]
fn what_is_in_front_of_a_zip_does_not_hide_it() {
    let zip = deflated(&[("a.txt", b"content")]);
    for front in ["#!/bin/sh\nexit 0\n", "MZ\0\0"] {
        assert_eq!(all(&[front.as_bytes(), &zip].concat()), pairs(&[("a.txt", b"content")]));
    }
    assert!(!is_archive(b"#!/bin/sh\nPK\x05\x06 and twenty-two more bytes of text"));
}

#[test]
fn opening_an_archive_finds_no_less_than_its_bytes() {
    use crate::support::keyward::{keyward, token};
    let dir = tempfile::tempdir().unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.set_comment(token(1)).unwrap();
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in [(format!("{}.txt", token(2)), "x".to_owned()), ("a.env".to_owned(), token(3)), ("b.md".to_owned(), token(4))] {
        writer.start_file(name, stored).unwrap();
        writer.write_all(format!(" {content}\n").as_bytes()).unwrap();
    }
    std::fs::write(dir.path().join("a.zip"), writer.finish().unwrap().into_inner()).unwrap();
    let places = |args: &[&str]| {
        let run = args
            .iter()
            .fold(keyward(dir.path(), ["scan", "a.zip", "--format", "json"]).acme(), crate::support::keyward::Keyward::arg)
            .run()
            .expect(1);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        report["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(places(&[]).len(), 5, "a zip has each name twice");
    assert_eq!(places(&["--archives"]), ["a.zip", "a.zip", "a.zip!(comment)", "a.zip!a.env", "a.zip!b.md"]);
    assert_eq!(places(&["--archives", "--exclude", "*.md"]), ["a.zip", "a.zip", "a.zip!(comment)", "a.zip!a.env"]);
}

#[test]
fn what_was_looked_at_as_bytes_only_is_said_in_a_line() {
    use crate::support::keyward::{Keyward, keyward};
    let dir = tempfile::tempdir().unwrap();
    let what = "only what is certain to be a secret was looked for in";
    let scan = |args: &[&str]| args.iter().fold(keyward(dir.path(), ["scan"]).acme(), Keyward::arg).run().expect(0).stdout;
    std::fs::write(dir.path().join("text"), "a").unwrap();
    assert!(!scan(&[]).contains(what));
    std::fs::write(dir.path().join("image"), [0; 100]).unwrap();
    assert!(scan(&[]).contains(&format!("note: 1 binary file: {what} it\n")));
    std::fs::write(dir.path().join("a.zip"), deflated(&FILES)).unwrap();
    assert!(scan(&[]).contains(&format!("note: 2 binary files, 1 of them an archive: {what} them; --archives opens archives\n")));
    assert!(scan(&["--archives"]).contains(&format!("note: 1 binary file: {what} it\n")));
}

#[test]
fn truncated_archives_are_never_taken_for_whole() {
    // Nothing says where an archive of `ar` ends.
    for (which, sample) in SAMPLES.iter().enumerate().filter(|(_, sample)| !sample.starts_with(b"!<arch>")) {
        let whole = all(sample);
        for len in 0..sample.len() {
            let (seen, skips) = open(&sample[..len], &Limits::default());
            if is_archive(&sample[..len]) {
                assert!(seen == whole || !skips.is_empty(), "sample {which} cut to {len} of {}", sample.len());
            }
        }
    }
}

proptest! {
    #[test]
    fn mutated_archives_do_no_harm(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = SAMPLES[which.index(SAMPLES.len())].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let limits = Limits { member_size: 1 << 16, unpacked: 1 << 20, members: 50, ..Limits::default() };
        let (seen, skips) = open(&bytes, &limits);
        prop_assert!(seen.len() + skips.len() <= 150);
        prop_assert!(seen.iter().all(|(_, content)| content.len() <= 1 << 16));
    }
}

#[test]
fn lzma_alone_is_known_by_its_header_and_held_to_the_limits() {
    // As `xz --format=lzma` writes it, without the size, and with an end mark.
    let options = lzma_rust2::LzmaOptions::with_preset(6);
    let mut encoder = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    encoder.write_all(&tarred(&FILES)).unwrap();
    let bytes = encoder.finish().unwrap();
    assert_eq!(bytes[..13], [0x5d, 0, 0, 0x80, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    assert_eq!(all(&bytes), pairs(&FILES));
    let cut = open(&bytes[..bytes.len() / 2], &Limits::default()).1;
    assert!(cut.iter().any(|(_, reason)| *reason == SkipReason::Corrupt), "{cut:?}");
    // A dictionary as large as 2 GiB is not given to anybody.
    let mut huge = bytes.clone();
    huge[1..5].copy_from_slice(&[0, 0, 0, 0x80]);
    assert_eq!(open(&huge, &Limits::default()).1, [("content".to_owned(), SkipReason::Corrupt)]);
    // Zeros by the million.
    let bomb = lzma(&vec![0; 64 << 20]);
    let reasons: Vec<SkipReason> = open(&bomb, &Limits::default()).1.into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [SkipReason::ArchiveLimit]);
    for other in [&b"]\0\0\x80\0 text of some kind"[..], b"]\0\0\x81\0\xff\xff\xff\xff\xff\xff\xff\xff\0", &bytes[..13]] {
        assert!(!is_archive(other), "{other:?}");
    }
}
