//! Builds git repositories with real git.
