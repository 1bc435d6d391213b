//! (see docs/architecture.md).
