//! L1: the names of the offline checks. What they do is in `engine/checksum`.

use serde::{Deserialize, Serialize};

/// An offline check of a secret: a check value or a decodable structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The last 6 characters are the CRC-32 of the part behind the last `_` before them, in base62.
    GithubCrc32,
    /// A JSON Web Token: the header decodes to JSON with `alg`.
    Jwt,
}

impl Check {
    /// Reads a check's name.
    ///
    /// # Errors
    /// Names the checks that there are.
    pub fn parse(name: &str) -> Result<Check, String> {
        use serde::de::IntoDeserializer as _;
        let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
        Check::deserialize(deserializer).map_err(|error| error.to_string())
    }
}
/// x
#[derive(PartialEq)]
pub enum Strength {
    /// a
    Refutes,
    /// b
    Hints,
}
impl Check {
    /// x
    #[must_use]
    pub fn strength(self) -> Strength {
        Strength::Refutes
    }
}
