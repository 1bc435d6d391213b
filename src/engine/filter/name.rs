//! Names that hold secrets, and names that only look so: `password` against `password_field`.
//!
//! A name is a compound noun: its last word says what the thing is (`token_url` is a URL), the words before say of
//! what kind (`next_page_token` is a token of paging).

use super::words::words_of;

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameVerdict {
    /// The value is something else: a label, a path, a public key.
    Harmless,
    /// It could be a secret: `token`, `key`, `auth`.
    Weak,
    /// It is a secret: `password`, `client_secret`, `api_key`.
    Strong,
}

/// The most words of a name that are looked at, from its end.
const MOST_WORDS: usize = 12;

/// How many words may follow the one that says what the value is: `password_tom_prod`.
const MOST_QUALIFIERS: usize = 2;

/// What `name` says of its value. Case, separators and humps do not matter.
#[must_use]
pub fn secret_name(name: &[u8]) -> NameVerdict {
    let mut words: [&[u8]; MOST_WORDS] = [b""; MOST_WORDS];
    let mut count = 0;
    for word in words_of(name) {
        if count == MOST_WORDS {
            words.rotate_left(1);
            count -= 1;
        }
        words[count] = word;
        count += 1;
    }
    let mut words = &words[..count];
    // `password2`, `API_KEY_1`, `token_v2`: numbers at the end say nothing.
    while let [head @ .., last] = words {
        let is_number = last.iter().all(u8::is_ascii_digit) || (last.len() == 1 && !head.is_empty() && !last.eq_ignore_ascii_case(b"s"));
        if !is_number || head.is_empty() {
            break;
        }
        words = head;
    }
    if ends_foreign(name) {
        return NameVerdict::Strong;
    }
    let [head @ .., last] = words else { return NameVerdict::Harmless };
    if is_one_of(last, HARMLESS_ENDS) {
        return NameVerdict::Harmless;
    }
    if head.iter().any(|word| is_one_of(word, HARMLESS_ANYWHERE))
        || words.first().is_some_and(|word| words.len() > 1 && is_one_of(word, HARMLESS_STARTS))
    {
        return NameVerdict::Harmless;
    }
    // `X-Amz-Credential` holds the id of a key and where it counts.
    if is_one_of(last, &["credential"]) && head.last().is_some_and(|word| is_one_of(word, &["amz", "goog", "oss"])) {
        return NameVerdict::Harmless;
    }
    by_last_words(head, last, MOST_QUALIFIERS)
}

fn by_last_words(head: &[&[u8]], last: &[u8], qualifiers: usize) -> NameVerdict {
    // The last word that is a secret word: `password_prod`, `secret_value`, `api_key_live`.
    let last = singular(last);
    if is_one_of(last, STRONG) || ends_strongly(last) {
        return if is_one_of(last, STRONG_BUT_SHORT) && head.is_empty() { NameVerdict::Weak } else { NameVerdict::Strong };
    }
    let before = head.last().map_or(&b""[..], |word| singular(word));
    match last {
        word if is_one_of(word, &["token"]) => {
            if is_one_of(before, HARMLESS_TOKENS) {
                NameVerdict::Harmless
            } else if is_one_of(before, SECRET_KINDS) {
                NameVerdict::Strong
            } else {
                NameVerdict::Weak
            }
        }
        word if is_one_of(word, &["key"]) => {
            if is_one_of(before, HARMLESS_KEYS) {
                NameVerdict::Harmless
            } else if is_one_of(before, SECRET_KINDS) {
                NameVerdict::Strong
            } else {
                NameVerdict::Weak
            }
        }
        word if is_one_of(word, WEAK) => NameVerdict::Weak,
        // What a qualifier at the end leaves open: `password_production`, `secret_value`.
        _ => match head {
            [rest @ .., word] if qualifiers > 0 => by_last_words(rest, word, qualifiers - 1),
            _ => NameVerdict::Harmless,
        },
    }
}

/// Whether the last word of a name says that its value is something else than a secret: `username`, `db_host`.
#[must_use]
pub fn says_other(name: &[u8]) -> bool {
    words_of(name).last().is_some_and(|word| is_one_of(word, HARMLESS_ENDS))
}

/// Whether the word before a single `token` or `key` says that it is none, as in `Next page token: …`, or that the value
/// is not in clear: `Encrypted password: …`.
#[must_use]
pub fn is_harmless_behind(before: &[u8], name: &[u8]) -> bool {
    const NOT_CLEAR: &[&str] = &["encrypted", "hashed", "salted", "crypted"];
    is_one_of(before, NOT_CLEAR)
        || (name.eq_ignore_ascii_case(b"token") && is_one_of(before, HARMLESS_TOKENS))
        || (name.eq_ignore_ascii_case(b"key") && is_one_of(before, HARMLESS_KEYS))
}

fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// `passwords` as `password`, but `pass` as it is.
fn singular(word: &[u8]) -> &[u8] {
    match word {
        [head @ .., b's' | b'S'] if head.len() > 2 && !head.ends_with(b"s") && !head.ends_with(b"S") => head,
        _ => word,
    }
}

/// Words written together: `dbpassword`, `clientsecret`, `authtoken`.
fn ends_strongly(word: &[u8]) -> bool {
    #[rustfmt::skip]
    const ENDS: &[&str] = &[
        "password", "passwd", "passphrase", "passcode", "secret", "apikey", "accesskey", "secretkey", "privatekey", "authkey",
        "authtoken", "accesstoken", "apitoken", "bearertoken", "userpwd", "dbpwd", "encryptionkey",
    ];
    const NO_PASSWORDS: &[&str] =
        &["bypass", "compass", "surpass", "trespass", "overpass", "underpass", "multipass", "firstpass", "lowpass", "highpass"];
    let ends = |end: &str| word.len() >= end.len() && word[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    let is_short = (word.len() >= 6 && ends("pass") && !is_one_of(word, NO_PASSWORDS)) || (word.len() >= 4 && ends("pw"));
    is_short || ENDS.iter().any(|end| ends(end))
}

/// Whether a name ends with a word for a password that ASCII has no letters for.
fn ends_foreign(name: &[u8]) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "пароль", "Пароль", "ПАРОЛЬ", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "암호", "contraseña", "contraseÑa", "hasło", "hasŁo", "lösenord", "lÖsenord",
        "şifre", "Şifre", "jelszó", "jelszÓ", "lozinka", "κωδικός", "סיסמה", "รหัสผ่าน", "mật_khẩu", "parolă",
    ];
    let name = name.trim_ascii_end();
    let end = |word: &&&str| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    !name.is_ascii() && WORDS.iter().any(|word| end(&word))
}

/// Secret by themselves.
#[rustfmt::skip]
const STRONG: &[&str] = &[
    "password", "passwd", "passphrase", "passcode", "pwd", "pass", "passwort", "secret", "credential", "pswd", "psw", "apikey", "pw",
    "identified", "psk", "dbpass", "keypass", "storepass", "authtoken", "contrasena", "contrase", "motdepasse", "passe", "senha", "kennwort", "wachtwoord", "haslo", "parola", "salasana", "jwt",
    "heslo", "jelszo", "sifre", "losenord", "clave", "mdp", "contrasenia", "lozinka", "geslo", "slaptazodis", "parole",
];
/// Strong only behind another word: `db_pass`.
const STRONG_BUT_SHORT: &[&str] = &["jwt"];
/// Secret sometimes.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "auth", "authorization", "cookie", "signature", "salt", "pin", "cred", "bearer", "oauth", "session", "otp", "seed", "mnemonic",
    "pat",
];
/// What makes a token or a key a secret one.
#[rustfmt::skip]
const SECRET_KINDS: &[&str] = &[
    "access", "api", "auth", "secret", "private", "encryption", "signing", "master", "account", "client", "app", "service", "shared",
    "consumer", "webhook", "admin", "bearer", "refresh", "oauth", "bot", "deploy", "github", "gitlab", "slack", "discord", "telegram",
    "aws", "azure", "stripe", "twilio", "sendgrid", "npm", "pypi", "docker", "jwt", "hmac", "aes", "crypto", "cipher", "storage",
    "license", "subscription", "personal", "push", "security", "registration", "management", "server", "user", "db", "database", "vault",
    "root", "integration", "authentication", "authorization", "identity", "write", "read", "encrypt", "decrypt", "google", "crypt",
];
/// Tokens that are none.
#[rustfmt::skip]
const HARMLESS_TOKENS: &[&str] = &[
    "page", "next", "previous", "prev", "continuation", "sync", "csrf", "xsrf", "cancel", "cancellation", "lexer", "parser", "start",
    "end", "first", "last", "max", "min", "num", "current", "eos", "bos", "pad", "unk", "mask", "sep", "cls", "special", "stop",
    "design", "color", "colour", "syntax", "text", "word", "string", "number", "comment", "keyword", "operator", "pagination", "cursor",
    "antiforgery", "authenticity", "verification", "nft",
];
/// Keys that are none.
#[rustfmt::skip]
const HARMLESS_KEYS: &[&str] = &[
    "public", "primary", "foreign", "cache", "sort", "partition", "hash", "index", "object", "map", "dict", "row", "column", "unique",
    "composite", "natural", "i18n", "translation", "message", "label", "hot", "short", "shortcut", "arrow", "registry", "config",
    "settings", "property", "param", "parameter", "header", "query", "form", "field", "data", "meta", "metadata", "json", "yaml", "xml",
    "lookup", "group", "range", "shard", "routing", "idempotency", "dedup", "deduplication", "cookie", "storagekey", "localstorage",
    "pub", "react", "ctrl", "alt", "shift", "tab", "enter", "delete", "escape", "s3", "bucket", "tag", "annotation", "resource", "type",
    "socket", "recv", "apt", "sealed", "wrapped", "encrypted", "format", "gpg", "pgp", "publishable", "site", "anon", "hashed",
];
/// Words at the end that say that the value is something else.
#[rustfmt::skip]
const HARMLESS_ENDS: &[&str] = &[
    "username", "user", "users", "email", "mail", "string", "str", "port", "region", "database", "domain", "address", "plugin", "plugins", "setting", "settings",
    "config", "configuration", "options", "option", "list", "map", "dict", "array", "object", "data", "info", "details", "context", "result", "results", "test", "tests", "example", "examples",
    "flag", "check", "checker", "helper", "helpers", "util", "utils", "api", "client", "middleware", "guard", "hook", "hooks", "listener", "job", "task", "worker", "queue", "topic", "channel",
    "rule", "rules", "section", "tab", "menu", "item", "items", "theme", "kind", "category", "level", "number", "no", "num", "position", "pos", "offset", "span", "stream", "tree", "kinds",
    "fingerprint", "thumbprint", "language", "locale", "translation", "year", "month", "day", "hours", "days", "minutes", "seconds", "age",
    "hasher", "hashers", "field", "fields", "label", "labels", "url", "urls", "uri", "uris", "endpoint", "file", "files", "filename", "path", "paths", "dir",
    "directory", "folder", "name", "names", "id", "ids", "identifier", "uuid", "guid", "type", "types", "length", "len", "size", "count",
    "policy", "policies", "regex", "regexp", "pattern", "patterns", "hash", "hashes", "hashed", "digest", "checksum", "header",
    "headers", "prefix", "suffix", "format", "formatter", "expiry", "expires", "expiration", "expired", "ttl", "lifetime", "timeout",
    "interval", "reset", "hint", "prompt", "message", "messages", "msg", "error", "errors", "exception", "validator", "validation",
    "validate", "param", "params", "parameter", "parameters", "env", "envvar", "provider", "manager", "service", "store", "class",
    "version", "versions", "algorithm", "alg", "algo", "method", "mode", "strategy", "scheme", "encoder", "encoding", "encoded",
    "encryption", "encrypted", "decoder", "generator", "handler", "callback", "fn", "func", "function", "factory", "builder", "input",
    "inputs", "box", "textbox", "edit", "button", "btn", "link", "page", "form", "dialog", "view", "screen", "title", "text",
    "description", "desc", "placeholder", "tooltip", "help", "caption", "icon", "image", "css", "style", "color", "selector", "xpath",
    "locator", "element", "node", "tag", "attr", "attribute", "property", "prop", "column", "col", "table", "index", "idx", "row",
    "model", "schema", "dto", "entity", "repository", "controller", "component", "module", "package", "namespace", "scope", "scopes",
    "role", "roles", "permission", "permissions", "group", "groups", "issuer", "audience", "subject", "claim", "claims", "grant", "flow",
    "state", "status", "enabled", "disabled", "required", "optional", "visible", "changed", "valid", "invalid", "strength", "score",
    "min", "max", "limit", "attempts", "retries", "rotation", "ref", "reference", "arn", "location", "source", "resolver", "loader",
    "reader", "writer", "parser", "lexer", "tokenizer", "counter", "usage", "command", "cmd", "bytes", "date", "time", "at", "ts",
    "js", "ts", "jsx", "tsx", "mjs", "py", "rb", "java", "php", "html", "css", "vue", "txt", "passes",
    "request", "response", "template", "filter", "event", "server", "host", "hostname", "within", "after", "before", "every", "sha", "md", "bcrypt", "argon", "scrypt", "ssha", "crc",
];
/// Words that make a name harmless wherever they stand before the end.
#[rustfmt::skip]
const HARMLESS_ANYWHERE: &[&str] = &[
    "public", "i18n", "locale", "translation", "placeholder", "csrf", "xsrf", "tokenizer", "lexer", "keyboard", "forgot", "pubkey",
    "pagination", "integrity", "by",
];
/// Words that make a name harmless where they stand first: what it says is a question or an action.
#[rustfmt::skip]
const HARMLESS_STARTS: &[&str] = &[
    "is", "has", "no", "use", "show", "hide", "should", "can", "get", "fetch", "check", "validate", "verify", "require", "requires",
    "needs", "allow", "enable", "disable", "generate", "forgot", "num", "max", "min", "on", "invalid", "label", "lbl", "placeholder", "title", "msg", "message", "err", "error", "hint", "text", "txt", "btn", "button", "form",
    "view", "page", "column", "col", "field", "header", "tooltip", "help",
];

#[cfg(test)]
mod tests {
    use super::{NameVerdict, secret_name};

    fn verdicts(names: &[&str], want: NameVerdict) {
        let wrong: Vec<_> = names.iter().map(|name| (name, secret_name(name.as_bytes()))).filter(|(_, verdict)| *verdict != want).collect();
        assert!(wrong.is_empty(), "not {want:?}: {wrong:?}");
    }

    #[test]
    fn names_of_secrets_are_strong_in_every_spelling() {
        verdicts(
            &[
                "password",
                "Password",
                "DB_PASSWORD",
                "dbPassword",
                "dbpassword",
                "user.password",
                "password2",
                "PASSWORD_1",
                "passwd",
                "mysql-root-password",
                "spring.datasource.password",
                "client_secret",
                "clientSecret",
                "SECRET_KEY",
                "api_key",
                "apiKey",
                "APIKEY",
                "X-Api-Key",
                "AWS_SECRET_ACCESS_KEY",
                "access_token",
                "authToken",
                "private_key",
                "passphrase",
                "db_pass",
                "password_production",
                "secret_value",
                "API_KEY_PROD",
                "JWT_SECRET",
                "jwtSecret",
                "encryption_key",
                "STRIPE_KEY",
                "GITHUB_TOKEN",
                "slackBotToken",
            ],
            NameVerdict::Strong,
        );
    }

    #[test]
    fn names_that_only_sound_secret_are_harmless() {
        verdicts(
            &[
                "password_field",
                "passwordLabel",
                "token_url",
                "secret_name",
                "key_id",
                "public_key",
                "publicKeyToken",
                "keyboard",
                "primary_key",
                "foreign_key",
                "cache_key",
                "csrf_token",
                "next_page_token",
                "token_type",
                "tokenizer",
                "max_tokens",
                "password_hash",
                "author",
                "monkey",
                "key_path",
                "secret_version",
                "password_reset_url",
                "hotkey",
                "api_key_header",
                "password_file",
                "passwordRegex",
                "password_length",
                "password_policy",
                "is_secret",
                "hasPassword",
                "show_password",
                "tokenExpiry",
                "AccessKeyId",
                "authority",
                "secretary",
                "recv-keys",
                "Sec-WebSocket-Key",
                "Kms-Sealed-Key",
                "gpg_key",
                "recaptchaSiteKey",
                "passes",
                "hashed_key",
            ],
            NameVerdict::Harmless,
        );
    }

    #[test]
    fn names_that_leave_it_open_are_weak() {
        verdicts(&["token", "key", "auth", "jwt", "session", "my_token", "salt", "Authorization"], NameVerdict::Weak);
    }
}
