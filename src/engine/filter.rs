//! L2: (see docs/architecture.md).
