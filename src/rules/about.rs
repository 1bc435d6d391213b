//! L1: what a rule says to people. Two thirds of the embedded rules are such text, and a scan that finds nothing needs
//! none of it: it is decoded for one rule when it is first asked for.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use std::sync::OnceLock;

/// What a rule says to people, and what its tests are made of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// Who issues the secret.
    pub provider: String,
    /// What it is, without the provider's name.
    pub name: String,
    /// What somebody who finds it can do with it.
    pub description: String,
    /// What to do after a leak.
    pub remediation: String,
    /// Where such secrets are revoked.
    pub revoke: Option<String>,
    /// Documentation of the secret.
    pub docs: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Documented fake values.
    pub placeholders: Vec<String>,
    /// Templates that must be found.
    pub examples: Vec<String>,
    /// Templates that must not be found.
    pub negatives: Vec<String>,
}

/// An [`About`] that may still be encoded.
#[derive(Debug, Clone)]
pub struct LazyAbout {
    encoded: &'static [u8],
    about: OnceLock<Box<About>>,
}

impl LazyAbout {
    /// The text itself.
    ///
    /// # Panics
    /// Never: the bytes are written by the build of the same version.
    #[must_use]
    pub fn get(&self) -> &About {
        self.about.get_or_init(|| postcard::from_bytes(self.encoded).expect("build.rs wrote the text with the same type"))
    }
}

impl From<About> for LazyAbout {
    fn from(about: About) -> LazyAbout {
        LazyAbout { encoded: &[], about: OnceLock::from(Box::new(about)) }
    }
}

impl Serialize for LazyAbout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded = postcard::to_stdvec(self.get()).map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&encoded)
    }
}

impl<'de: 'static> Deserialize<'de> for LazyAbout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LazyAbout, D::Error> {
        deserializer.deserialize_bytes(Encoded)
    }
}

/// Takes the encoded text as it stands.
struct Encoded;

impl Visitor<'static> for Encoded {
    type Value = LazyAbout;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("embedded bytes")
    }

    fn visit_borrowed_bytes<E: Error>(self, encoded: &'static [u8]) -> Result<LazyAbout, E> {
        Ok(LazyAbout { encoded, about: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::{About, LazyAbout};

    #[test]
    fn encoded_text_reads_as_it_was_written() {
        let text = |text: &str| text.to_owned();
        let about = About {
            provider: text("Acme"),
            name: text("key"),
            description: text("Opens the shop."),
            remediation: text("Make a new one."),
            revoke: Some(text("https://acme.example")),
            docs: None,
            tags: vec![text("shop")],
            placeholders: vec![text("fake")],
            examples: Vec::new(),
            negatives: vec![text("no")],
        };
        let bytes = postcard::to_stdvec(&LazyAbout::from(about.clone())).unwrap();
        let lazy: LazyAbout = postcard::from_bytes(bytes.leak()).unwrap();
        assert_eq!(*lazy.get(), about);
    }
}
