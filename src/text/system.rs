//! What the operating system says, in the words and the style of our own messages.

use std::io::Error;

/// The message without Rust's error number, beginning in lower case.
#[must_use]
pub fn words(error: &Error) -> String {
    let text = error.to_string();
    let bare = text.split(" (os error").next().unwrap_or_default();
    let mut letters = bare.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::words;
    use std::io::{Error, ErrorKind};

    #[test]
    fn the_error_number_is_left_out() {
        let error = std::fs::File::open("/no/such/file").expect_err("there is none");
        assert_eq!(words(&error), "no such file or directory");
        assert_eq!(words(&Error::new(ErrorKind::IsADirectory, "it is a directory")), "it is a directory");
    }
}
