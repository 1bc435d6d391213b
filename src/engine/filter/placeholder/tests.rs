//! What stands for a secret, and what is one.

use super::{Strictness, Why, placeholder};

#[test]
fn placeholders_are_told_with_their_reason() {
    let table: &[(Why, &[&str])] = &[
        (
            Why::Template,
            &[
                "\\fIepsv\\fP",
                "${DB_PASSWORD}",
                "{{ vault.password }}",
                "<your key>",
                "<token>",
                "%s",
                "%(password)s",
                "$(pass show db)",
                "$PASSWORD",
                "#{token}",
                "@@SECRET@@",
                "__TOKEN__",
                "pre-{name}",
                "%TOKEN%",
                "kq...p7",
            ],
        ),
        (
            Why::Expression,
            &[
                "process.env.KEY",
                "os.environ['X']",
                "getenv(\"X\")",
                "config.get('x')",
                "self.password",
                "settings.db.password",
                "tokens[0]",
                "get_token()",
                "jwt:decode(token.secret)",
            ],
        ),
        (
            Why::Reference,
            &[
                "vault:secret/data/db",
                "ENC[AES256,abc]",
                "!Ref Secret",
                "arn:aws:secretsmanager:x",
                "op://vault/item",
                "{cipher}abc1",
                "{AES}Kx9mPq2v",
                "CRYPT:Kx9mPq2v",
            ],
        ),
        (
            Why::Word,
            &[
                "changeme",
                "your-api-key-here",
                "REPLACE_ME",
                "replace-with-key",
                "example",
                "null",
                "undefined",
                "<none>",
                "TODO",
                "my-sample-token",
                "dummy_key",
                "AKIAIOSFODNN7EXAMPLE",
                "q8Zx2mLk9.example",
            ],
        ),
        (Why::Repeated, &["xxxxxxxxxxxx", "****", "00000000", "abababababab", "aaaaaaaaab12"]),
        (Why::Sequence, &["1234567890", "abcdefghij", "qwertyuiop", "0123456789abcdef", "87654321"]),
    ];
    for (why, values) in table {
        for value in *values {
            let found = placeholder(value.as_bytes(), Strictness::Strict);
            assert!(found == Some(*why) || *value == "<none>" && found.is_some(), "{value}: {found:?}");
        }
    }
}

#[test]
fn a_word_by_chance_is_no_placeholder_of_a_token() {
    for token in [
        ["ghq_x7Test", "Qm92kLxexampleP0"],
        ["sk9_aYourK2", "mfakeT8todo4bar9"],
        ["Zx12345", "kq9WmPtLr20XbN"],
        ["tokenaaa", "q8Zx2mLk9TvR7q"],
    ] {
        assert_eq!(placeholder(token.concat().as_bytes(), Strictness::Token), None, "{}", token.concat());
    }
}

#[test]
fn whole_fakes_are_placeholders_of_a_token() {
    for token in [
        "ghq_xxxxxxxxxxxxxxxxxxxxxxxx",
        "sk9_0123456789abcdef0123456789abcdef",
        "00000000000000000000",
        "AKQA7EXAMPLEKEY",
        "sk9_YOUR_KEY_HERE",
        "ghq_abcdefghijklmnopqrstuvwxyz0123456789",
    ] {
        assert!(placeholder(token.as_bytes(), Strictness::Token).is_some(), "{token}");
    }
}

#[test]
fn symbols_by_chance_are_no_template() {
    let value = ["q8#Zx2->mLk9TvR7q", "||w4${Nb6&&Y1pX"].concat();
    assert_eq!(placeholder(value.as_bytes(), Strictness::Strict), None);
}
