//! L2: offline checks of secrets (see docs/architecture.md).
