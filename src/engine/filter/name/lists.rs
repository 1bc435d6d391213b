//! The words that names are made of, and what each says of the value.

use crate::engine::filter::list::List;

/// What a value is that is no longer in clear.
pub(super) const NOT_CLEAR: &List = &List::new(&["encrypted", "hashed", "salted", "crypted"]);
/// Secret by themselves.
#[rustfmt::skip]
pub(super) const STRONG: &List = &List::new(&[
    "password", "passwd", "passphrase", "passcode", "pwd", "pass", "passwort", "secret", "credential", "cred", "pswd", "psw", "apikey", "pw",
    "identified", "psk", "dbpass", "keypass", "storepass", "authtoken", "contrasena", "contrase", "motdepasse", "passe", "senha", "kennwort", "wachtwoord", "haslo", "parola", "salasana", "jwt",
    "heslo", "jelszo", "sifre", "losenord", "clave", "mdp", "contrasenia", "lozinka", "geslo", "slaptazodis", "parole", "adgangskode", "passord", "sandi", "kodeord", "community", "geheimnis", "pat",
]);
/// Strong only behind another word: `github_pat`.
pub(super) const STRONG_BUT_SHORT: &List = &List::new(&["jwt", "pat"]);
/// Secret sometimes.
#[rustfmt::skip]
pub(super) const WEAK: &List = &List::new(&[
    "auth", "authorization", "cookie", "signature", "salt", "pin", "bearer", "oauth", "session", "otp", "seed", "mnemonic",
]);
/// What makes a token or a key a secret one.
#[rustfmt::skip]
pub(super) const SECRET_KINDS: &List = &List::new(&[
    "access", "api", "auth", "secret", "private", "encryption", "signing", "master", "account", "client", "app", "service", "shared",
    "consumer", "webhook", "admin", "bearer", "refresh", "oauth", "bot", "deploy", "github", "gitlab", "slack", "discord", "telegram",
    "aws", "azure", "stripe", "twilio", "sendgrid", "npm", "pypi", "docker", "jwt", "hmac", "aes", "crypto", "cipher", "storage",
    "license", "subscription", "personal", "push", "security", "registration", "management", "server", "user", "db", "database", "vault",
    "root", "integration", "authentication", "authorization", "identity", "write", "read", "encrypt", "decrypt", "google", "crypt",
    "unseal", "des", "sms", "ingest", "ingestion", "partner", "merchant", "payment", "backup",
]);
/// Tokens that are none.
#[rustfmt::skip]
pub(super) const HARMLESS_TOKENS: &List = &List::new(&[
    "page", "next", "previous", "prev", "continuation", "sync", "csrf", "xsrf", "cancel", "cancellation", "lexer", "parser", "start",
    "end", "first", "last", "max", "min", "num", "current", "eos", "bos", "pad", "unk", "mask", "sep", "cls", "special", "stop",
    "design", "color", "colour", "syntax", "text", "word", "string", "number", "comment", "keyword", "operator", "pagination", "cursor",
    "antiforgery", "authenticity", "commit", "nft", "correlation", "trace", "idempotency",
]);
/// Keys that are none.
#[rustfmt::skip]
pub(super) const HARMLESS_KEYS: &List = &List::new(&[
    "public", "primary", "foreign", "cache", "sort", "partition", "hash", "index", "object", "map", "dict", "row", "column", "unique",
    "composite", "natural", "i18n", "translation", "message", "label", "hot", "short", "shortcut", "arrow", "registry", "config",
    "settings", "property", "param", "parameter", "header", "query", "form", "field", "data", "meta", "metadata", "json", "yaml", "xml",
    "lookup", "group", "range", "shard", "routing", "idempotency", "dedup", "deduplication", "storagekey", "localstorage",
    "first", "second", "third", "last", "next", "previous", "prev", "parent", "pub", "react", "ctrl", "alt", "shift", "tab", "enter", "delete", "escape", "s3", "bucket", "tag", "annotation", "resource", "type",
    "socket", "recv", "apt", "sealed", "wrapped", "encrypted", "format", "gpg", "pgp", "publishable", "site", "anon", "hashed", "product", "sender", "state", "repo", "id", "telemetry",
]);
/// Words at the end that say that the value is something else.
#[rustfmt::skip]
pub(super) const HARMLESS_ENDS: &List = &List::new(&[
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
    "mint", "accessor", "js", "ts", "jsx", "tsx", "mjs", "py", "rb", "java", "php", "html", "css", "vue", "txt", "passes",
    "request", "response", "template", "filter", "event", "server", "host", "hostname", "within", "after", "before", "every", "sha", "md", "bcrypt", "argon", "scrypt", "ssha", "crc", "cert", "certificate", "bundle",
]);
/// Words that make a name harmless wherever they stand before the end.
#[rustfmt::skip]
pub(super) const HARMLESS_ANYWHERE: &List = &List::new(&[
    "public", "i18n", "locale", "translation", "placeholder", "csrf", "xsrf", "tokenizer", "lexer", "keyboard", "forgot", "pubkey",
    "pagination", "integrity", "by", "forget", "type", "without",
]);
/// Words that make a name harmless where they stand first: what it says is a question or an action.
#[rustfmt::skip]
pub(super) const HARMLESS_STARTS: &List = &List::new(&[
    "is", "has", "no", "use", "show", "hide", "should", "can", "get", "fetch", "check", "validate", "verify", "require", "requires",
    "needs", "allow", "enable", "disable", "generate", "forgot", "num", "max", "min", "on", "invalid", "label", "lbl", "placeholder", "title", "msg", "message", "err", "error", "hint", "text", "txt", "btn", "button", "form",
    "view", "page", "column", "col", "field", "header", "tooltip", "help",
]);
