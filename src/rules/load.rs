//! L1: reads rule files.

use super::rule::{Rule, RuleError};
use super::syntax::RuleFile;

/// Why a rule file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Not YAML, or not of the shape of a rule file.
    #[error("{0}")]
    Syntax(#[from] serde_yaml::Error),
    /// Rules that do not compile: all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Rules(Vec<RuleError>),
}

/// Compiles the rules of one file.
///
/// # Errors
/// All problems of the file.
pub fn parse_rules(yaml: &str) -> Result<Vec<Rule>, LoadError> {
    let file: RuleFile = serde_yaml::from_str(yaml)?;
    compile_file(&file).map_err(LoadError::Rules)
}

/// Compiles the rules of a file that has been read.
///
/// # Errors
/// The first problem of every rule that has one.
pub fn compile_file(file: &RuleFile) -> Result<Vec<Rule>, Vec<RuleError>> {
    let (rules, errors): (Vec<_>, Vec<_>) = file.rules.iter().map(|syntax| Rule::compile(file, syntax)).partition(Result::is_ok);
    if errors.is_empty() { Ok(rules.into_iter().flatten().collect()) } else { Err(errors.into_iter().filter_map(Result::err).collect()) }
}
