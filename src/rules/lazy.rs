//! L1: what stays encoded until it is first asked for. A scan needs of most rules no more than their names, and of those
//! that it tries nothing that they say to people.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::OnceLock;

/// A value that may still be encoded, in postcard's format.
#[derive(Debug, Clone)]
pub struct Lazy<T> {
    encoded: &'static [u8],
    value: OnceLock<Box<T>>,
}

impl<T: Deserialize<'static>> Deref for Lazy<T> {
    type Target = T;

    /// The value.
    ///
    /// # Panics
    /// Never: the bytes are written by the build of the same version.
    #[inline]
    fn deref(&self) -> &T {
        self.value.get_or_init(|| postcard::from_bytes(self.encoded).expect("build.rs wrote the value with the same type"))
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Lazy<T> {
        Lazy { encoded: &[], value: OnceLock::from(Box::new(value)) }
    }
}

impl<T: Serialize + Deserialize<'static>> Serialize for Lazy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded = postcard::to_stdvec(&**self).map_err(serde::ser::Error::custom)?;
        serializer.serialize_bytes(&encoded)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Lazy<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lazy<T>, D::Error> {
        deserializer.deserialize_bytes(Encoded(PhantomData))
    }
}

/// Takes what is encoded as it stands.
struct Encoded<T>(PhantomData<T>);

impl<T> Visitor<'static> for Encoded<T> {
    type Value = Lazy<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("embedded bytes")
    }

    fn visit_borrowed_bytes<E: Error>(self, encoded: &'static [u8]) -> Result<Lazy<T>, E> {
        Ok(Lazy { encoded, value: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::Lazy;

    #[test]
    fn encoded_values_read_as_they_were_written() {
        let value = vec![String::from("key"), String::new()];
        let bytes = postcard::to_stdvec(&Lazy::from((1u8, Lazy::from(value.clone())))).unwrap();
        let lazy: Lazy<(u8, Lazy<Vec<String>>)> = postcard::from_bytes(bytes.leak()).unwrap();
        assert_eq!((lazy.0, &*lazy.1), (1, &value));
    }
}
