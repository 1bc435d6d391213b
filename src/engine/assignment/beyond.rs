//! Whether the search for a value has looked at another line than that of the name. Where it has not, the answer does not
//! depend on other lines, which spares versions of a text from asking again (`docs/history.md`).
//!
//! Lines end with a line feed here. Whatever looks behind one says so: that is easier to keep true than the farthest
//! byte of every look, since few forms of assignments go over lines.

use std::cell::Cell;

thread_local!(static LOOKED: Cell<bool> = const { Cell::new(false) });

/// Says that another line is looked at, or may be.
pub(in crate::engine) fn note() {
    LOOKED.set(true);
}

/// Whether `run` looked at another line.
pub(super) fn looks(run: impl FnOnce()) -> bool {
    LOOKED.set(false);
    run();
    LOOKED.get()
}
