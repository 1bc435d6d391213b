//! L1: formats: `ghp_{base62:36}` as a sequence of parts.
//!
//! Grammar (also in `rules/README.md`):
//!
//! ```text
//! format  = { literal | run | form | group }
//! literal = any characters; \ before one of ( ) { } | ? \ takes its meaning away
//! run     = "{" alphabet ":" length "}"        alphabet: a name, or [class]
//! length  = N | N..M | N.. | N,M,…             characters
//! form    = "{uuid}" | "{jwt}"
//! group   = "(" format { "|" format } ")" [ "?" ]
//! ```

use super::alphabet::ByteSet;
use serde::{Deserialize, Serialize};

/// The longest run that `N..` stands for beyond `N`, in characters. Keeps every rule's reach bounded.
const OPEN_RUN: u32 = 512;
/// The longest match that a format may have, in characters: no rule may reach further.
const LONGEST: usize = 32 * 1024;
/// How deep groups may stand in groups. Rule files can be hostile, and the parser goes down with them.
const MOST_DEPTH: usize = 16;
/// The longest part of a JWT, in characters.
const JWT_PART: u32 = 4096;

/// A parsed format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Format {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// One part of a format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Part {
    /// Fixed bytes.
    Literal(Vec<u8>),
    /// A run of characters of one alphabet.
    Run(Run),
    /// One of several formats, possibly none.
    Group {
        /// What may stand here; the first that leads to a whole match counts.
        choices: Vec<Vec<Part>>,
        /// Whether nothing may stand here too.
        optional: bool,
    },
}

/// A run of characters of one alphabet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The alphabet.
    pub set: ByteSet,
    /// Least length in characters.
    pub min: u32,
    /// Greatest length in characters.
    pub max: u32,
    /// Where only some lengths between are allowed: these, ascending. Empty: all.
    pub only: Vec<u32>,
}

impl Run {
    /// Whether a run may have this length.
    #[must_use]
    pub fn allows(&self, length: u32) -> bool {
        (self.min..=self.max).contains(&length) && (self.only.is_empty() || self.only.contains(&length))
    }
}

impl Format {
    /// Reads a format.
    ///
    /// # Errors
    /// Says what is wrong, with the place as a 0-based byte offset into `text`.
    pub fn parse(text: &str) -> Result<Format, String> {
        let mut parser = Parser { text: text.as_bytes(), at: 0, depth: 0 };
        let parts = parser.sequence()?;
        if parser.at < text.len() {
            return Err(parser.error("a `)` or `|` without its `(`"));
        }
        if parts.is_empty() {
            return Err("the format is empty".to_owned());
        }
        let format = Format { parts };
        match format.length() {
            (_, longest) if longest > LONGEST => Err(format!("a match could have {longest} characters; {LONGEST} are the most")),
            _ => Ok(format),
        }
    }

    /// Least and greatest length of a match, in bytes.
    #[must_use]
    pub fn length(&self) -> (usize, usize) {
        sequence_length(&self.parts)
    }
}

/// Least and greatest length of a sequence of parts.
fn sequence_length(parts: &[Part]) -> (usize, usize) {
    parts.iter().map(part_length).fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
}

fn part_length(part: &Part) -> (usize, usize) {
    match part {
        Part::Literal(bytes) => (bytes.len(), bytes.len()),
        Part::Run(run) => (run.min as usize, run.max as usize),
        Part::Group { choices, optional } => {
            let lengths = choices.iter().map(|choice| sequence_length(choice));
            let (min, max) = lengths.fold((usize::MAX, 0), |(a, b), (c, d)| (a.min(c), b.max(d)));
            (if *optional { 0 } else { min }, max)
        }
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, what: &str) -> String {
        format!("{what}, at character {}", self.at + 1)
    }

    /// Parts up to the end, a `)` or a `|`.
    fn sequence(&mut self) -> Result<Vec<Part>, String> {
        let mut parts: Vec<Part> = Vec::new();
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b')' | b'|' => break,
                b'{' => parts.extend(self.braces()?),
                b'(' => parts.push(self.group()?),
                _ => {
                    let byte = self.literal_byte()?;
                    if let Some(Part::Literal(bytes)) = parts.last_mut() {
                        bytes.push(byte);
                    } else {
                        parts.push(Part::Literal(vec![byte]));
                    }
                }
            }
        }
        Ok(parts)
    }

    fn literal_byte(&mut self) -> Result<u8, String> {
        let mut byte = self.text[self.at];
        if byte == b'\\' {
            self.at += 1;
            byte = *self.text.get(self.at).ok_or_else(|| self.error("a `\\` at the end"))?;
        } else if matches!(byte, b'}' | b'?') {
            return Err(self.error("a `}` or `?` that closes nothing (write `\\` before it if it is meant)"));
        }
        self.at += 1;
        Ok(byte)
    }

    fn group(&mut self) -> Result<Part, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(self.error(&format!("groups stand in each other more than {MOST_DEPTH} deep")));
        }
        let mut choices = Vec::new();
        loop {
            self.at += 1;
            choices.push(self.sequence()?);
            match self.text.get(self.at) {
                Some(b'|') => {}
                Some(b')') => break,
                _ => return Err(self.error("a `(` without its `)`")),
            }
        }
        self.depth -= 1;
        self.at += 1;
        let optional = self.text.get(self.at) == Some(&b'?');
        self.at += usize::from(optional);
        Ok(Part::Group { choices, optional })
    }

    /// `{alphabet:length}`, `{uuid}` or `{jwt}`.
    fn braces(&mut self) -> Result<Vec<Part>, String> {
        let start = self.at + 1;
        let class_end = match self.text.get(start) {
            Some(b'[') => memchr::memmem::find(&self.text[start..], b"]:").map_or(start, |end| start + end),
            _ => start,
        };
        let end = memchr::memchr(b'}', &self.text[class_end..]).map(|end| class_end + end);
        let end = end.ok_or_else(|| self.error("a `{` without its `}`"))?;
        let inner = std::str::from_utf8(&self.text[start..end]).map_err(|_| self.error("not UTF-8"))?;
        let parts = match inner {
            "uuid" => uuid(),
            "jwt" => jwt(),
            _ => vec![Part::Run(parse_run(inner).map_err(|what| self.error(&what))?)],
        };
        self.at = end + 1;
        Ok(parts)
    }
}

/// `alphabet:length`.
fn parse_run(text: &str) -> Result<Run, String> {
    let (alphabet, length) = text.rsplit_once(':').ok_or_else(|| format!("`{{{text}}}` has no `:length`"))?;
    let set = match alphabet.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(class) => ByteSet::from_class(class)?,
        None => ByteSet::named(alphabet).ok_or_else(|| format!("`{alphabet}` is not an alphabet"))?,
    };
    let number = |text: &str| match text.parse::<u32>() {
        Ok(number) if number as usize <= LONGEST => Ok(number),
        _ => Err(format!("`{text}` is not a length (at most {LONGEST})")),
    };
    let run = if let Some((min, max)) = length.split_once("..") {
        let min = number(min)?;
        let max = if max.is_empty() { min + OPEN_RUN } else { number(max)? };
        Run { set, min, max, only: Vec::new() }
    } else if length.contains(',') {
        let mut only = length.split(',').map(number).collect::<Result<Vec<_>, _>>()?;
        only.sort_unstable();
        Run { set, min: only[0], max: only[only.len() - 1], only }
    } else {
        let exact = number(length)?;
        Run { set, min: exact, max: exact, only: Vec::new() }
    };
    if run.min > run.max || run.max == 0 || set.is_empty() {
        return Err(format!("`{{{text}}}` matches nothing"));
    }
    Ok(run)
}

fn run(alphabet: &str, min: u32, max: u32) -> Part {
    Part::Run(Run { set: ByteSet::named(alphabet).expect("a known alphabet"), min, max, only: Vec::new() })
}

/// 8-4-4-4-12 hexadecimal digits of either case (RFC 9562).
fn uuid() -> Vec<Part> {
    let mut parts = vec![run("hex-any", 8, 8)];
    for length in [4, 4, 4, 12] {
        parts.push(Part::Literal(b"-".to_vec()));
        parts.push(run("hex-any", length, length));
    }
    parts
}

/// Three base64url parts joined by dots, the first the encoding of an object (RFC 7519).
fn jwt() -> Vec<Part> {
    let dot = || Part::Literal(b".".to_vec());
    vec![
        Part::Literal(b"eyJ".to_vec()),
        run("base64url", 8, JWT_PART),
        dot(),
        run("base64url", 8, JWT_PART),
        dot(),
        run("base64url", 16, JWT_PART),
    ]
}

#[cfg(test)]
mod tests {
    use super::{Format, Part};

    #[test]
    fn literals_runs_and_groups() {
        let format = Format::parse("gh(p|o)_{base62:36}(={hex:2})?").expect("a valid format");
        assert_eq!(format.length(), (40, 43));
        assert!(matches!(&format.parts[1], Part::Group { choices, optional: false } if choices.len() == 2));
    }

    #[test]
    fn lengths_may_be_ranges_and_lists() {
        assert_eq!(Format::parse("{hex:20..40}").expect("a range").length(), (20, 40));
        assert_eq!(Format::parse("{hex:40,20}").expect("a list").length(), (20, 40));
        assert_eq!(Format::parse("{[a-z}-]:3}").expect("a class").length(), (3, 3));
        assert_eq!(Format::parse("{uuid}").expect("a uuid").length(), (36, 36));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, what) in [
            ("", "empty"),
            ("a(b", "without its `)`"),
            ("a)b", "at character 2"),
            ("{hex}", "no `:length`"),
            ("{foo:3}", "not an alphabet"),
            ("{hex:x}", "not a length"),
            ("{hex:5..2}", "matches nothing"),
            ("{hex:4294967295..}", "not a length"),
            ("{hex:30000}{hex:30000}", "32768 are the most"),
            (&"(".repeat(100_000), "more than 16 deep"),
            ("a{hex:3", "without its `}`"),
        ] {
            let error = Format::parse(text).expect_err(text);
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
