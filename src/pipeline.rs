//! L4: (see docs/architecture.md).
