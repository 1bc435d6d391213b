//! What each format makes of a report.

mod formats;
mod hostile;
mod json;
mod sample;
mod sarif;
mod text;
