//! L3: (see docs/architecture.md).
