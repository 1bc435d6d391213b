//! Values that are made of numbers: dates, versions, addresses, ids.

pub(in crate::engine::filter) fn is_date(value: &[u8]) -> bool {
    let shape = |pattern: &[u8]| {
        value.len() >= pattern.len()
            && pattern.iter().zip(value).all(|(&want, &byte)| if want == b'9' { byte.is_ascii_digit() } else { byte == want })
    };
    shape(b"9999-99-99") || shape(b"9999/99/99") || shape(b"99/99/9999") || shape(b"99.99.9999") || (shape(b"99:99:99") && value.len() < 16)
}

/// Digits with signs, separators and at most a short unit; also `0x…` of a machine word.
pub(in crate::engine::filter) fn is_number(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const UNITS: &[&str] = &[
        "s", "ms", "us", "ns", "m", "h", "d", "min", "px", "em", "rem", "%", "kb", "mb", "gb", "k", "g", "b", "l", "f", "u", "ul",
        "bytes", "kib", ".hours", ".hour", ".days", ".day", ".minutes", ".seconds", ".weeks", ".week", ".months", ".years",
    ];
    if let Some(hex) = value.strip_prefix(b"0x").or_else(|| value.strip_prefix(b"0X")) {
        return hex.len() <= 16 && hex.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'_');
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let number = value
        .iter()
        .take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'_' | b'-' | b'+' | b' ' | b':' | b'/' | b'*' | b'(' | b')')
        })
        .count();
    // An IBAN
    if value.len() >= 15
        && value[..2].iter().all(u8::is_ascii_uppercase)
        && value[2..4].iter().all(u8::is_ascii_digit)
        && value[value.len() - 10..].iter().all(u8::is_ascii_digit)
        && value[4..].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && digits + 6 >= value.len()
    {
        return true;
    }
    let number = number - usize::from(number > 1 && value[number - 1] == b'.' && number < value.len());
    let unit = &value[number..];
    digits > 0 && (unit.is_empty() || UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known.as_bytes())))
}

pub(in crate::engine::filter) fn is_version(value: &[u8]) -> bool {
    // A range: `^6.4|^7.0`, `>=1.2, <2`
    let is_range =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'^' | b'~' | b'>' | b'<' | b'=' | b'|' | b',' | b'*' | b' ' | b'-');
    if value.iter().all(is_range) && value.iter().any(|byte| matches!(byte, b'^' | b'~' | b'>' | b'<')) {
        return true;
    }
    // `ubuntu-22.04`, `python3.11`, `nginx:1.25`, `todo-items-3.x`
    let name = value.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').count();
    let number = value[name..].strip_prefix(b":").unwrap_or(&value[name..]);
    let is_dotted = |text: &[u8]| {
        text.contains(&b'.')
            && text.len() <= 8
            && text[0].is_ascii_digit()
            && text.split(|&byte| byte == b'.').all(|part| part == b"x" || (!part.is_empty() && part.iter().all(u8::is_ascii_digit)))
    };
    if name >= 3 && is_dotted(number) {
        return true;
    }
    // `GreetingService:1.0.0`, `com.acme.Greeting:1.0.0`
    let named = memchr::memchr(b':', value).filter(|&colon| value[..colon].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'.'));
    if named.is_some_and(|colon| colon >= 3 && colon + 1 < value.len() && is_dotted(&value[colon + 1..])) {
        return true;
    }
    // `minipass@7.1.3`, `@types/node@20.1.0`
    let package = memchr::memrchr(b'@', value).filter(|&at| {
        value[..at]
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@'))
    });
    if package.is_some_and(|at| at >= 2 && is_dotted(&value[at + 1..])) {
        return true;
    }
    // `.1.3.6.1.4.1.2636`: an object identifier
    let oid = value.strip_prefix(b".").unwrap_or(value);
    if oid.split(|&byte| byte == b'.').count() >= 5
        && oid.split(|&byte| byte == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    {
        return true;
    }
    // `npm:^7.0.4`
    let protocol = memchr::memchr(b':', value).filter(|&colon| value[..colon].iter().all(u8::is_ascii_lowercase));
    let value = protocol.map_or(value, |colon| &value[colon + 1..]);
    let start = value.iter().take_while(|byte| matches!(byte, b'^' | b'~' | b'>' | b'<' | b'=' | b'v' | b'V' | b' ')).count();
    let rest = &value[start..];
    let major = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let numbers = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let has_dot = rest[..numbers].contains(&b'.');
    let tail = &rest[numbers..];
    major > 0
        && major <= 4
        && has_dot
        && (tail.is_empty() || (matches!(tail[0], b'-' | b'+' | b'a' | b'b' | b'r' | b'x' | b'*') && tail.len() < 24))
}

pub(in crate::engine::filter) fn is_uuid(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"{").and_then(|value| value.strip_suffix(b"}")).unwrap_or(value);
    inner.len() == 36
        && inner.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// IP addresses with or without a port, and mail addresses.
pub(in crate::engine::filter) fn is_address(value: &[u8]) -> bool {
    let is_digits = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'/');
    if memchr::memchr_iter(b'.', value).count() == 3 && value.iter().all(is_digits) {
        return true;
    }
    let colons = memchr::memchr_iter(b':', value).count();
    // `fe80::1%eth0`
    let zone = memchr::memchr(b'%', value).unwrap_or(value.len());
    if colons >= 2 && value[..zone].iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'/' | b'[' | b']')) {
        return true;
    }
    // An account of Ethereum
    if value.len() == 42 && value.starts_with(b"0x") && value[2..].iter().all(u8::is_ascii_hexdigit) {
        return true;
    }
    let Some(at) = memchr::memchr(b'@', value) else { return false };
    let (local, domain) = (&value[..at], &value[at + 1..]);
    let is_local = local.len() >= 2 && local.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+'));
    let labels = domain.split(|&byte| byte == b'.');
    let ends = domain
        .rsplit(|&byte| byte == b'.')
        .next()
        .is_some_and(|last| (2..=10).contains(&last.len()) && last.iter().all(u8::is_ascii_lowercase));
    is_local
        && labels.clone().count() >= 2
        && ends
        && labels.clone().all(|label| !label.is_empty() && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'))
}
