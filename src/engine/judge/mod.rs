//! L2: whether the value of an assignment is a secret, and how sure that is.
//!
//! A value has to survive three questions: does the name hold secrets ([`secret_name`]), is the value something
//! else ([`placeholder`], `value_kind`), and is it what a person or a machine chooses as a secret. Medium
//! confidence means that someone who looks at the line would call it a secret; what needs a doubt is low.

mod call;
mod name;
mod phrase;
mod value;

use super::assignment::{Assignment, Form, Operator, looks_at_other_lines};
use super::entropy::RANDOM;
use super::filter::{
    NameVerdict, NotASecret, Strictness, Why, counts_by_turns, is_harmless_behind, placeholder, secret_name, weakness, words_of,
};
use super::surroundings::is_search_key;
use super::{Refusal, work};
use crate::rules::Confidence;
use crate::rules::syntax::ValueClass;
use call::{Call, call_of};
use name::{is_often_by_hand, judged_name, repeats_name, says_password, says_secret_key, says_token, word_before};
pub(super) use phrase::is_joined_passphrase;
use phrase::{is_in_groups, is_passphrase};
use value::{Traits, any, chosen, is_bytes_at_random, is_plainly_chosen, machine_made};

/// The longest value that is looked into as base64, in bytes.
const LONGEST_ENCODED: usize = 512;

/// The chance that the value of `assignment`, which was parsed from `bytes`, is a secret.
///
/// # Errors
/// Why it is none.
pub fn judge(bytes: &[u8], assignment: &Assignment, class: ValueClass) -> Result<Confidence, Refusal> {
    let name = judged_name(bytes, assignment);
    let value = assignment.value.of(bytes);
    work::add(name.len() + value.len());
    let is_by_place = matches!(assignment.form, Form::Position | Form::Member);
    let verdict = if class == ValueClass::Any || is_by_place { NameVerdict::Strong } else { secret_name(name) };
    // `checksum/secret: …`: an annotation of a manifest
    let is_checksum = bytes[..assignment.name.start].ends_with(b"checksum/");
    // What Laravel puts into forms: https://laravel.com/docs/csrf
    let is_of_form = name == b"_token" && value.len() == 40;
    if verdict == NameVerdict::Harmless || is_checksum || is_of_form || is_harmless_behind(word_before(bytes, assignment.name.start), name)
    {
        return Err(Refusal::HarmlessName);
    }
    if is_search_key(bytes, assignment.value) {
        // The name of the index may stand on another line.
        looks_at_other_lines();
        return Err(Refusal::OtherName);
    }
    let stands_in = placeholder(value, Strictness::Strict);
    if let Some(why) = stands_in.filter(|&why| why != Why::Sequence || !is_weak_choice(value, class)) {
        return Err(Refusal::Placeholder(why));
    }
    if repeats_name(name, value) {
        return Err(Refusal::RepeatsName);
    }
    // ``PASSWORD=`pwgen 12 1` ``: what a shell runs.
    if value.contains(&b' ') && bytes[..assignment.value.start].ends_with(b"`") {
        return Err(Refusal::Kind(NotASecret::Sentence));
    }
    let call = call_of(bytes, assignment);
    if call == Call::Query {
        return Err(Refusal::Call);
    }
    let mut buffer = [0; LONGEST_ENCODED];
    if is_weak_escaped(value) {
        return Err(Refusal::StandIn);
    }
    // `they pass "x" to it`
    let is_verb = assignment.operator == Operator::Space && name == b"pass" && !word_before(bytes, assignment.name.start).is_empty();
    if is_verb {
        return Err(Refusal::WeakName);
    }
    // Spring's mark of a password in clear
    let (value, stands_in) = match value.strip_prefix(b"{noop}") {
        Some(value) => (value, placeholder(value, Strictness::Strict)),
        None => (value, stands_in),
    };
    let traits = Traits::of(value);
    let by_hand = || is_behind_user(bytes, assignment) || (is_often_by_hand(name) && !is_of_machine(value, &traits));
    let class = if class == ValueClass::Secret && by_hand() { ValueClass::Password } else { class };
    // `encodedPassword`: in hex digits, or in base64 that is no text, it is a hash.
    let is_coded = traits.is_hex || (class == ValueClass::Password && value.len() >= 24 && value.ends_with(b"="));
    let is_text = is_coded && encoded_text(value, &mut buffer).is_some();
    if is_coded && !is_text && words_of(name).any(|word| word.eq_ignore_ascii_case(b"encoded")) {
        return Err(Refusal::Kind(NotASecret::Hash));
    }
    let by_value = match encoded_text(value, &mut buffer) {
        Some(text) => encoded(text),
        None if class == ValueClass::Password && is_given_as_phrase(assignment) && (is_passphrase(value) || is_in_groups(value)) => {
            Ok(Confidence::Medium)
        }
        None if class == ValueClass::Password && says_password(name) && is_joined_passphrase(value) => Ok(Confidence::Medium),
        None if says_secret_key(name) && is_bytes_at_random(value) => Ok(Confidence::Medium),
        None if stands_in.is_some() || counts_by_turns(value) => traits.kind.map_or(Ok(Confidence::Low), |kind| Err(Refusal::Kind(kind))),
        None => by_class(value, &traits, class),
    }?;
    let lowered = lowered(by_value, bytes, assignment, verdict, &traits)?;
    if call == Call::Other { one_less(lowered).ok_or(Refusal::Call) } else { Ok(lowered) }
}

/// Whether a value is plainly one of a generator.
fn is_of_machine(value: &[u8], traits: &Traits) -> bool {
    machine_made(value, traits).is_ok_and(|confidence| confidence >= Confidence::Medium)
}

/// Whether a value with blanks in it is all that a name is given.
fn is_given_as_phrase(assignment: &Assignment) -> bool {
    assignment.quoted
        && !assignment.partial
        && matches!(assignment.operator, Operator::Equals | Operator::Colon | Operator::Arrow | Operator::Call)
}

/// The chance that a value is a secret of this class, where a pattern and no name says so.
pub(super) fn by_itself(value: &[u8], class: ValueClass) -> Result<Confidence, Refusal> {
    if let Some(why) = placeholder(value, Strictness::Strict) {
        return Err(Refusal::Placeholder(why));
    }
    if is_weak_escaped(value) {
        return Err(Refusal::StandIn);
    }
    if class == ValueClass::Secret && is_commit_of_word(value) {
        return Err(Refusal::Kind(NotASecret::Hash));
    }
    let mut buffer = [0; LONGEST_ENCODED];
    match encoded_text(value, &mut buffer) {
        Some(text) => encoded(text),
        None if class == ValueClass::Password && (is_passphrase(value) || is_joined_passphrase(value)) => Ok(Confidence::Medium),
        None if counts_by_turns(value) => Ok(Confidence::Low),
        None => by_class(value, &Traits::of(value), class),
    }
}

/// `build-<commit>`: what a cache is looked up by.
fn is_commit_of_word(value: &[u8]) -> bool {
    let Some(dash) = memchr::memrchr(b'-', value) else { return false };
    let (word, digits) = (&value[..dash], &value[dash + 1..]);
    let is_hex = digits.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    matches!(digits.len(), 40 | 64) && is_hex && word.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-')
}

/// `qwerty123`: a person chooses such a thing, where a machine would not.
fn is_weak_choice(value: &[u8], class: ValueClass) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    class == ValueClass::Password && value.len() >= 8 && letters > 0 && letters < value.len()
}

fn by_class(value: &[u8], traits: &Traits, class: ValueClass) -> Result<Confidence, Refusal> {
    match class {
        ValueClass::Secret => machine_made(value, traits),
        ValueClass::Password => chosen(value, traits),
        ValueClass::Any => any(value, traits),
    }
}

/// The text that `value` is the base64 of, written into `buffer`; `None` where it is not the base64 of text. By
/// chance, 12 characters are so once in 10 000, 16 once in 150 000.
fn encoded_text<'b>(value: &[u8], buffer: &'b mut [u8; LONGEST_ENCODED]) -> Option<&'b [u8]> {
    let padding = value.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = &value[..value.len() - padding];
    if value.len() < 8 || value.len() > LONGEST_ENCODED || padding > 2 || (padding == 0 && value.len() < 12) {
        return None;
    }
    let length = data_encoding::BASE64_NOPAD.decode_len(body.len()).ok()?;
    let decoded = data_encoding::BASE64_NOPAD.decode_mut(body, &mut buffer[..length]).ok()?;
    let text = buffer[..decoded].strip_suffix(b"\n").unwrap_or(&buffer[..decoded]);
    // Bytes that count are judged as the empty text: nothing.
    if text.len() >= 8 && text.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)) {
        return Some(b"");
    }
    let is_text = |byte: &u8| (b' '..=b'~').contains(byte) || (text.len() >= 16 && byte.is_ascii_whitespace());
    // A user and a password in another script: by chance, no more often than in ASCII.
    let is_pair = || text.contains(&b':') && std::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control));
    (text.iter().all(is_text) || is_pair()).then_some(text)
}

/// Whether the value is the second half of one that began with a user: `credentials: user:…`.
fn is_behind_user(bytes: &[u8], assignment: &Assignment) -> bool {
    if assignment.value.start < assignment.name.end {
        return false;
    }
    let between = bytes[assignment.name.end..assignment.value.start].trim_ascii_end();
    matches!(between, [_, .., b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', b':'] | [_, .., b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ', b'/'])
}

/// Text in base64: `user:password`, or a secret of a Kubernetes manifest.
fn encoded(text: &[u8]) -> Result<Confidence, Refusal> {
    // A document, or the beginning of one: what it holds is found in it.
    if text.iter().any(u8::is_ascii_control) || text.starts_with(b"{\"") || matches!(text, [b'{' | b'[' | b'<', .., b'}' | b']' | b'>']) {
        return Err(Refusal::Kind(NotASecret::Data));
    }
    let secret = memchr::memchr(b':', text).map_or(text, |colon| &text[colon + 1..]);
    if secret.is_empty() {
        return Err(Refusal::Length);
    }
    if let Some(why) = placeholder(secret, Strictness::Strict) {
        return Err(Refusal::Placeholder(why));
    }
    if is_weak_escaped(secret) {
        return Err(Refusal::StandIn);
    }
    let traits = Traits::of(secret);
    if traits.length >= 20 { machine_made(secret, &traits) } else { chosen(secret, &traits) }
}

/// Whether a password is a stand-in but for characters that are escaped as in a URL: `secret%21`.
fn is_weak_escaped(secret: &[u8]) -> bool {
    let Some(first) = memchr::memchr(b'%', secret) else { return false };
    let mut text = secret[..first].to_vec();
    let mut at = first;
    while let Some(&byte) = secret.get(at) {
        let is_escape = byte == b'%' && secret.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        at += if is_escape { 3 } else { 1 };
        if !is_escape {
            text.push(byte);
        }
    }
    text.len() < secret.len() && weakness(&text).is_some()
}

fn one_less(confidence: Confidence) -> Option<Confidence> {
    match confidence {
        Confidence::High => Some(Confidence::Medium),
        Confidence::Medium => Some(Confidence::Low),
        Confidence::Low => None,
    }
}

/// What the form of the assignment and a weak name leave of the confidence.
fn lowered(found: Confidence, bytes: &[u8], assignment: &Assignment, verdict: NameVerdict, traits: &Traits) -> Result<Confidence, Refusal> {
    let is_hex_token = traits.is_hex && found >= Confidence::Medium && says_token(assignment.name.of(bytes));
    // `key: jwtRsaPubKey`: abbreviations of a variable are as random.
    let is_variable = !assignment.quoted && assignment.operator == Operator::Colon && traits.has_humps_only();
    let looks_random =
        (traits.random > RANDOM && traits.surprise() > 20.0 && !is_variable) || traits.kind == Some(NotASecret::Uuid) || is_hex_token;
    let mut confidence = found;
    if assignment.partial && !assignment.quoted && traits.is_word() {
        return Err(Refusal::Partial);
    }
    if !assignment.quoted && !looks_random {
        confidence = unquoted(confidence, bytes, assignment, traits).ok_or(Refusal::Unquoted)?;
    }
    if verdict == NameVerdict::Weak {
        let sure = looks_random && (assignment.form != Form::Query || traits.length >= 16);
        confidence = if sure { confidence.min(Confidence::Medium) } else { one_less(confidence).ok_or(Refusal::WeakName)? };
    }
    if assignment.form == Form::Member && !is_plainly_chosen(assignment.value.of(bytes), traits) {
        return Err(Refusal::WeakName);
    }
    // What a program compares with by chance is a word; a password has more kinds of characters.
    let is_compared = assignment.operator == Operator::Compare && !(traits.length >= 8 && traits.classes() >= 3);
    // `PGPASSWORD=… psql`: a variable for one command
    let is_for_command = assignment.form == Form::Line && traits.length >= 8 && traits.digits > 0 && sets_variable(bytes, assignment);
    let is_plain_cell = is_shown(bytes, assignment, traits);
    if ((assignment.partial && !is_for_command && !is_plain_cell) || is_compared) && !looks_random {
        confidence = one_less(confidence).ok_or(Refusal::Partial)?;
    }
    let is_line_of_words = assignment.operator == Operator::Space && assignment.form == Form::Line;
    if is_line_of_words && !looks_random && !traits.is_typical() {
        // `requirepass value` on a line of its own; with more behind it, it is prose.
        let alone = if assignment.partial { None } else { one_less(confidence) };
        confidence = alone.ok_or(Refusal::Unquoted)?;
    }
    if assignment.form == Form::Query && is_badge(bytes, assignment) { Err(Refusal::Badge) } else { Ok(confidence) }
}

/// Whether a parameter belongs to the address of an image: such tokens are there to be published.
fn is_badge(bytes: &[u8], assignment: &Assignment) -> bool {
    let head = &bytes[assignment.name.start.saturating_sub(48)..assignment.name.start];
    [".svg?", ".png?", "badge?", ".svg&"].iter().any(|part| head.ends_with(part.as_bytes()))
}

/// What is left of the confidence of an unquoted value that does not look random: a word without quotes is a
/// variable, a type or prose far more often than a secret.
fn unquoted(confidence: Confidence, bytes: &[u8], assignment: &Assignment, traits: &Traits) -> Option<Confidence> {
    let is_mixed = (traits.digits > 0 && traits.letters() > 0) || traits.symbols > 0;
    // In the middle of a line
    let in_chain = bytes[..assignment.name.start].ends_with(b":") || assignment.name.of(bytes).contains(&b':');
    let is_typical = traits.is_typical() && !in_chain;
    match (assignment.form, assignment.operator) {
        (Form::Inline, _) if is_mixed && (is_typical || stands_behind_user(bytes, assignment)) => Some(confidence),
        (Form::Inline, Operator::Equals) if is_mixed && traits.length >= 8 && sets_variable(bytes, assignment) => Some(confidence),
        (Form::Inline, Operator::Comma) if is_shown(bytes, assignment, traits) => Some(confidence),
        (Form::Inline, Operator::Equals) if is_mixed && traits.digits > 1 && is_logged(bytes, assignment) => Some(confidence),
        // `key: X509Options`
        (Form::Inline, Operator::Colon) if traits.symbols == 0 && traits.random < 0.6 => None,
        (Form::Inline, _) if is_mixed => one_less(confidence),
        (Form::Inline, _) => None,
        _ if is_mixed => Some(confidence),
        (Form::Connection | Form::Query | Form::Header | Form::Position, _) | (Form::Line, Operator::Equals) => {
            Some(confidence.min(Confidence::Low))
        }
        _ => None,
    }
}

/// Whether a document shows a setting and its value: in the cells of a table, `| Password | … |`, in a row, `name,…`, or as
/// ``Set `NAME` to `…` ``. What only has letters and digits counts where the name is of several words.
fn is_shown(bytes: &[u8], assignment: &Assignment, traits: &Traits) -> bool {
    let between = &bytes[assignment.name.end.min(assignment.value.start)..assignment.value.start];
    let is_cell = between.contains(&b'|');
    let is_other = between == b"," || between.ends_with(b" to `");
    let name = assignment.name.of(bytes);
    let is_plain = traits.length >= 8 && traits.digits > 0 && traits.letters() > 1 && traits.kind != Some(NotASecret::Constant);
    let is_setting = says_password(name) && words_of(name).count() > 1;
    (is_cell && traits.is_typical()) || ((is_cell || is_other) && is_plain && is_setting)
}

/// Whether a line of a log tells names and values, `admin_password=… region=eu`.
fn is_logged(bytes: &[u8], assignment: &Assignment) -> bool {
    let name = assignment.name.of(bytes);
    let is_setting =
        says_password(name) && words_of(name).count() > 1 && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    let is_tight = assignment.value.start == assignment.name.end + 1 && bytes[..assignment.name.start].ends_with(b" ");
    let rest = bytes[assignment.value.end..].strip_prefix(b" ").unwrap_or_default();
    let next = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    is_setting && is_tight && next > 1 && rest.get(next) == Some(&b'=')
}

/// Whether a variable of the environment is set in the middle of a line: `app: DB_PASSWORD=…`, `PGPASSWORD=… psql`.
fn sets_variable(bytes: &[u8], assignment: &Assignment) -> bool {
    let name = assignment.name.of(bytes);
    let is_variable = name.len() >= 7 && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    let is_tight = assignment.value.start == assignment.name.end + 1;
    let head = &bytes[..assignment.name.start];
    // `Environment=DB_PASSWORD=…` of systemd
    let stands_alone = head.last().is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b';') || head.ends_with(b"\nEnvironment=");
    is_variable && is_tight && stands_alone
}

/// Whether a user is given right before the name: `user: bob, password: …`.
fn stands_behind_user(bytes: &[u8], assignment: &Assignment) -> bool {
    const USERS: [&str; 8] = ["user", "username", "login", "uid", "email", "account", "用户名", "账号"];
    const REACH: usize = 64;
    let before = &bytes[assignment.name.start.saturating_sub(REACH)..assignment.name.start];
    let line = &before[memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..];
    let is_given = |at: usize| {
        let head = line[..at].trim_ascii_end();
        let head = head.strip_suffix(b"\xef\xbc").unwrap_or(head);
        USERS.iter().any(|user| head.len() >= user.len() && head[head.len() - user.len()..].eq_ignore_ascii_case(user.as_bytes()))
    };
    memchr::memchr3_iter(b':', b'=', 0x9a, line).any(is_given)
}

#[cfg(test)]
mod tests;
