//! `src/engine/simd/` and what it stands on.

#![allow(dead_code, unused_imports, unreachable_pub, reason = "the tests use a part of these modules")]

#[path = "../../src/text"]
mod text {
    #[path = "chars.rs"]
    pub(crate) mod chars;
}

#[path = "../../src/engine"]
mod engine {
    #[path = "layout"]
    pub(crate) mod layout {
        pub(crate) mod codes;
        mod commonness;
        pub(crate) mod filed;
        mod fours;
        pub(crate) mod groups;
        pub(crate) mod literals;
        mod spread;
    }
    #[path = "simd/mod.rs"]
    pub(crate) mod simd;
}

mod rules {
    pub(crate) mod plan {
        /// As in `src/rules/plan.rs`, which stands on more than belongs here. The vector code checks that it is this.
        pub(crate) const LEAST_RUN: usize = 12;
    }
}
