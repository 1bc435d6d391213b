//! L6: the settings of `keyward explain`.

use super::{STDIN, common_directory, partial, session, working_directory};
use crate::cli::args::{CommonArgs, ExplainArgs, ReportArgs};
use crate::commands::Session;
use crate::commands::explain::{Question, Subject};
use std::path::{Path, PathBuf};

/// The name under which text of the command line is reported.
const TEXT: &str = "<text>";

pub(in crate::cli) fn explain(args: ExplainArgs) -> anyhow::Result<(Session, Question)> {
    let cwd = working_directory()?;
    let (place, line, column) = args.place.map_or((None, None, None), |place| {
        let (path, line, column) = placed(&place);
        (Some(path), line, column)
    });
    let (subject, name) = match (place, args.text) {
        (Some(path), _) if path == Path::new("-") => (Subject::Stdin, STDIN.to_owned()),
        (Some(path), _) => (Subject::File(path.clone()), crate::text::path::display_os(&path).into_owned()),
        (None, text) => (Subject::Text(text.unwrap_or_default()), TEXT.to_owned()),
    };
    let start = match &subject {
        Subject::File(path) => common_directory(std::slice::from_ref(path), &cwd),
        Subject::Stdin | Subject::Text(_) => cwd.clone(),
    };
    let partial = partial(&args.rules, None, &args.limits);
    let common = CommonArgs { limits: args.limits, rules: args.rules, report: ReportArgs::default() };
    let session = session(&start, &cwd, common, partial)?;
    Ok((session, Question { subject, name, line, column, form: args.format.into(), all: args.all }))
}

/// The file, line and column of `FILE[:LINE[:COLUMN]]`. A file that is there under the whole name is meant.
fn placed(given: &Path) -> (PathBuf, Option<usize>, Option<usize>) {
    let split = |text: &str| text.rsplit_once(':').and_then(|(head, tail)| Some((head.to_owned(), tail.parse::<usize>().ok()?)));
    let (Some(text), false) = (given.to_str(), given.exists()) else { return (given.to_owned(), None, None) };
    let Some((head, last)) = split(text.trim_end_matches(':')) else { return (given.to_owned(), None, None) };
    match split(&head) {
        Some((path, line)) if !Path::new(&head).exists() => (path.into(), Some(line), Some(last)),
        _ => (head.into(), Some(last), None),
    }
}
