//! Runs the binary in a scrubbed environment.
