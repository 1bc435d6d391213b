//! Values behind a name and blanks: `requirepass value`, `--token value`, `NAME by "value"`.

use super::cursor::Cursor;
use super::form::{self, Found};
use super::name::Name;
use super::quote::quotation;
use super::{Form, Operator, bare, described, listing, value};

/// What follows a name and blanks without an operator.
pub(super) fn spaced(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let in_backticks = cursor.peek() == Some(b'`');
    if !in_backticks && quotation(cursor.bytes, cursor.at).is_some() || cursor.rest().starts_with(b"@\"") {
        let value = value::literal(cursor, Operator::Space)?;
        let form = if name.dashes > 0 { Form::Flag } else { Form::Directive };
        return Some(Found { value, operator: Operator::Space, form });
    }
    if in_backticks {
        bare::spaced_form(name)?;
        return listing::quoted_in_prose(cursor);
    }
    if name.dashes == 0 {
        if let Some(found) = described::described(cursor, name) {
            return Some(found);
        }
        let typed_here = form::typed(cursor, name);
        if typed_here.is_some() {
            return typed_here;
        }
        if ["by ", "as ", "to ", "is ", "was "].iter().any(|word| cursor.eat_ignoring_case(word)) {
            if cursor.peek() == Some(b'`') {
                return listing::quoted_in_prose(cursor);
            }
            let value = value::literal(cursor, Operator::Space)?;
            return Some(Found { value, operator: Operator::Space, form: Form::Directive });
        }
        if let Some(found) = body_of_command(cursor, name) {
            return Some(found);
        }
        if cursor.eat(".asciz ") || cursor.eat(".string ") || cursor.eat("db ") {
            let value = value::literal(cursor, Operator::Equals)?;
            return Some(Found { value, operator: Operator::Equals, form: Form::Literal });
        }
    }
    // An operator that led to nothing is no value.
    if cursor.peek().is_some_and(|byte| b"=:<>|!&(){},;?+-*/.".contains(&byte)) {
        return None;
    }
    let form = bare::spaced_form(name)?;
    let (value, has_scheme) = bare::value(cursor, form, Operator::Space)?;
    Some(Found { value, operator: Operator::Space, form: if has_scheme { Form::Header } else { form } })
}

/// `gh secret set NAME --body "…"`, `npm config set //registry/:NAME …`, and what else [`sets_next_word`]
fn body_of_command(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let line = name.line?;
    if line.ends_with(b"secret set ") || line.ends_with(b"variable set ") {
        (cursor.eat("--body") || cursor.eat("-b")).then_some(())?;
        let _ = cursor.eat("=") || cursor.eat(" ");
    } else {
        let is_npm = line.ends_with(b":") && memchr::memmem::find(line, b"npm config set ").is_some();
        (is_npm || sets_next_word(line, name)).then_some(())?;
        // `defaults write com.acme.app token -string …`, but `askForPassword -int 1`
        let _ = cursor.eat("-string ");
        (cursor.peek() != Some(b'-')).then_some(())?;
    }
    let value =
        value::literal(cursor, Operator::Space).or_else(|| bare::value(cursor, Form::Flag, Operator::Space).map(|(value, _)| value))?;
    Some(Found { value, operator: Operator::Space, form: Form::Flag })
}

/// Whether a command line, up to a name, is that of a command which gives the name the next word: `netlify env:set NAME …`,
/// `git config --global github.token …`, `consul kv put db/password …`
fn sets_next_word(line: &[u8], name: &Name<'_>) -> bool {
    const VERBS: [&str; 5] = ["user-secrets set ", "env:set ", "config set ", "configure set ", "config:set "];
    /// Options, or the beginning of a path, may stand before the name.
    const COMMANDS: [&str; 4] = ["git config ", "defaults write ", "consul kv put ", "etcdctl put "];
    let is_behind = |command: &str| memchr::memmem::find(line, command.as_bytes()).is_some();
    name.opened.is_none()
        && (VERBS.iter().any(|verb| line.ends_with(verb.as_bytes()))
            || (matches!(line.last(), Some(b' ' | b'/')) && COMMANDS.iter().any(|command| is_behind(command))))
}
