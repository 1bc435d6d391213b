//! What is read from lines of many languages and formats. Values are made by seed, so none stands here.

use super::{Form, Operator, parse};
use crate::rules::ASSIGNMENT_REACH;
use crate::text::Span;
use lines::{LINES, all, random};
use proptest::prelude::*;

pub(in crate::engine) mod lines;

fn values(text: &str) -> Vec<&str> {
    let mut values: Vec<&str> = all(text).iter().map(|found| &text[found.value.start..found.value.end]).collect();
    values.dedup();
    values
}

#[test]
fn values_are_read_in_all_forms() {
    let mut missed = Vec::new();
    for (seed, line) in LINES.iter().enumerate() {
        let value = random(seed as u64 + 1, 20);
        let text = line.replacen("@\"@", "\u{1}\"@", 1).replace('@', &value).replace('\u{1}', "@");
        if !values(&text).contains(&value.as_str()) {
            missed.push((line, values(&text).iter().map(ToString::to_string).collect::<Vec<_>>()));
        }
    }
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), LINES.len());
}

#[test]
fn every_row_below_a_header_has_a_value() {
    assert_eq!(values("user,password\nbob,x1\neve,\"y,2\"\n\nmallory,z3\n"), ["x1", "y,2"]);
    assert_eq!(values("INSERT INTO t (a, password) VALUES (1, 'x1'), (2, 'y2'); (3, 'z3')"), ["x1", "y2"]);
    assert_eq!(values("|a|password|\n|-|--|\n|1|x1|\n|2|`y2`|\n"), ["x1", "y2"]);
}

#[test]
fn every_value_of_a_list_is_read() {
    assert_eq!(values("tokens = [\"x1\", 'y2']; other = ['z3']"), ["x1", "y2"]);
    assert_eq!(values("\"tokens\": [\n  \"x1\",\n  \"y2\"\n]"), ["x1", "y2"]);
    assert_eq!(values("tokens:\n  - x1\n  - \"y2\"\nother:\n  - z3\n"), ["x1", "y2"]);
    assert_eq!(values("secret = from('x1', 'hex')"), ["x1"]);
    assert_eq!(values("password = [\"x1\", \"y2\"].concat()"), ["x1"]);
    assert_eq!(values("tokens:\n  - x1\n  - name: y2\n"), ["x1"]);
}

#[test]
fn a_table_gives_a_column_of_each_row() {
    let head = "<tr><th>User</th><th>Password</th></tr>";
    assert_eq!(values(&format!("{head}<tr><td>a</td><td>x1</td></tr><tr><td>b</td><td> y2 </td></tr>")), ["x1", "y2"]);
    assert_eq!(values(&format!("{head}<tr><td>a</td></tr>")), [""; 0]);
    assert_eq!(values("<tr><th>Password</th><td>x1</td></tr><tr><td>a</td></tr>"), ["x1"]);
}

#[test]
fn a_value_belongs_to_the_name_behind_it_in_the_same_entry_only() {
    assert_eq!(values("- value: x1\n  name: PASSWORD\n- value: y2\n  name: HOST\n"), ["x1"]);
    assert_eq!(values("- name: HOST\n  value: x1\n- name: PASSWORD\n  value: y2\n"), ["y2"]);
    assert_eq!(values("value: x1\n\nname: PASSWORD\n"), [""; 0]);
    assert_eq!(values("{\"value\": f(\"x1\"), \"name\": \"PASSWORD\"}"), [""; 0]);
    assert_eq!(values("values: x1\nname: PASSWORD\n"), [""; 0]);
    assert_eq!(values("password:\n  type: string\nother:\n  default: x1\n"), [""; 0]);
}

#[test]
fn the_words_of_a_command_may_be_the_items_of_a_list() {
    for line in ["[\"net user\", \"bob\", \"x1\"]", "run(['net user', 'bob',\n  'x1'])"] {
        let keyword = Span::new(line.find("net").expect("there"), line.find("net").expect("there") + 8);
        let found = parse(line.as_bytes(), keyword).expect("a value");
        assert_eq!(found.value.of(line.as_bytes()), b"x1");
        assert!(found.quoted && found.form == Form::Position);
    }
}

#[test]
fn a_command_line_ends_where_the_string_does_that_it_stands_in() {
    assert_eq!(values("run: \"net user bob x1\""), ["x1"]);
    assert_eq!(values("sh -c 'curl -u bob:x1'"), ["x1"]);
}

#[test]
fn a_scheme_is_no_part_of_a_value_however_it_is_given() {
    for line in [
        "headers[\"Authorization\"] = \"Bearer \" + \"x1\"",
        "req.Header.Set(\"Authorization\", \"Basic x1\")",
        "[[\"Authorization\",\"Basic x1\"]]",
        "\"key\": \"Authorization\",\n\"value\": \"Basic x1\",",
    ] {
        assert_eq!(values(line), ["x1"], "{line}");
    }
}

#[test]
fn lists_of_other_lengths_are_none() {
    for line in [
        "user, password\nbob",
        "user, password = load(), \"x1\", 2",
        "a/x.txt,1,password\nb/y.txt,2,x1",
        "one,two\nthree,password\nfour,x1",
        "Set the host, the user name, the password\nat home, or, x1",
        "f(user, password)\n(\"bob\", \"x1\")",
        "INSERT INTO t (a, password) SELECT (1, 'x1')",
        "user | password\nbob | x1",
        "| user | password |\n| bob | eve | x1 |",
    ] {
        assert!(!values(line).contains(&"x1"), "{line}");
    }
}

#[test]
fn only_the_password_is_taken_of_a_pair() {
    assert_eq!(values("credential: bob:x1"), ["x1"]);
    assert_eq!(values("auth = \"bob@corp.io:x1\""), ["x1"]);
    assert_eq!(values("user/password: bob/x1"), ["x1"]);
    assert_eq!(values("credential: arn:aws:x1"), ["arn:aws:x1"]);
    assert_eq!(values("password: bob:x1"), ["bob:x1"]);
}

#[test]
fn special_characters_belong_to_the_value_where_its_end_is_sure() {
    for value in ["p@ss;w0rd,&x)", "a\\\"b'c1", "x1<y>z#", "{x1}[y](z)"] {
        assert!(values(&format!("password = \"{value}\"")).contains(&value), "{value}");
    }
    for value in ["p@ss;w0rd,&x)", "a\"b'c1", "x1<y>z#2", "a(b)c{d}1"] {
        assert_eq!(values(&format!("DB_PASSWORD={value}\n")), [value]);
    }
    assert_eq!(values("Server=db;Password=a,b)c}d&e1;X=y"), ["a,b)c}d&e1"]);
    assert_eq!(values("x?token=abc1&password=d"), ["abc1", "d"]);
}

#[test]
fn no_value_is_taken_from_another_statement() {
    for line in [
        "password\n\"abc\"",
        "print(password); x = \"abc\"",
        "password, x = load(), \"abc\"",
        "if password:\n    x = \"abc\"",
        "password = load(\"abc\")",
        "getpass(\"abc\")\n",
        "password =\nuser = \"abc\"",
        "\"password\": {\n  \"type\": \"string\"\n}",
        "password:\n  description: abc",
        "f(password, x, \"abc\")",
        "password::new(\"abc\")",
        "password -> \"abc\"",
        "\"password\"\n\"abc\"",
        "`json:\"password\"`",
        "if (validPassword()) { return \"abc\" }",
        "if !user.password() {\n    return \"abc\"\n}",
        "user.password();\nreturn \"abc\"",
        "return password() + \"abc\"",
        "def password(value):\n    check(value)\n    return \"abc\"",
        "def password\n  \"abc\" + salt(x)\nend",
        "password:\n    abc\n    goes on",
        "password:\n    abc: 1",
        "cachekey = \"abc\"",
    ] {
        assert_eq!(values(line), Vec::<&str>::new(), "{line}");
    }
    // Where the line began is too far off to count its quotes.
    let long = format!("{}ask(\"New password: \"),E=n.message;x(\"a\")", "f();".repeat(80));
    assert_eq!(values(&long), Vec::<&str>::new());
}

#[test]
fn the_whole_name_is_taken() {
    let name = |text: &str| all(text).first().map(|found| text[found.name.start..found.name.end].to_owned());
    assert_eq!(name("spring.data-source.password=x").as_deref(), Some("spring.data-source.password"));
    assert_eq!(name("self.db_password_prod = 'x'").as_deref(), Some("self.db_password_prod"));
    assert_eq!(name("--db-password x1").as_deref(), Some("db-password"));
    assert_eq!(name("\"a\\npassword: x1\"").as_deref(), Some("password"));
}

#[test]
fn nothing_is_read_beyond_the_limits() {
    let long = "a1".repeat(257);
    assert!(all(&format!("password = \"{long}\"")).is_empty());
    assert!(all(&format!("password{} = \"x1\"", "a".repeat(130))).is_empty());
    assert_eq!(values(&format!("password = \"{}\"", &long[..512])), [&long[..512]]);
}

#[test]
fn operator_and_form_are_told() {
    let told = |text: &str| all(text).first().map(|found| (found.operator, found.form, found.quoted));
    assert_eq!(told("password == \"x1\""), Some((Operator::Compare, Form::Literal, true)));
    assert_eq!(told("password: x1"), Some((Operator::Colon, Form::Line, false)));
    assert_eq!(told("f(password=x1)"), Some((Operator::Equals, Form::Inline, false)));
    assert_eq!(told("?token=x1&y"), Some((Operator::Equals, Form::Query, false)));
    assert_eq!(told("<password>x1</password>"), Some((Operator::Markup, Form::Markup, true)));
    assert_eq!(told("x --token x1"), Some((Operator::Space, Form::Flag, false)));
}

/// Pieces of lines, so that random text has names, quotes and operators where they matter.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "password",
        "secret",
        "token",
        "mysql -p",
        "curl -u ",
        "=",
        ":",
        "=>",
        "\"",
        "'",
        "`",
        "\\",
        "\\\"",
        " ",
        "\n",
        "\r\n",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "</",
        ",",
        ";",
        "&",
        "?",
        "x1",
        "Ab9",
        "$",
        "${",
        "-",
        "--",
        "|",
        "#",
        "//",
        "&quot;",
        "value=",
        "default: ",
        "é",
        "\0",
        "or ",
        "by ",
        "http://",
        "@",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn keywords_in(text: &str) -> Vec<Span> {
    let find = |word: &'static str| text.match_indices(word).map(move |(at, _)| Span::new(at, at + word.len()));
    ["password", "secret", "token", "mysql", "curl"].into_iter().flat_map(find).collect()
}

proptest! {
    #[test]
    fn name_and_value_lie_in_the_text_and_apart(text in pieces()) {
        for keyword in keywords_in(&text) {
            if let Some(found) = parse(text.as_bytes(), keyword) {
                prop_assert!(found.value.end <= text.len() && !found.value.is_empty());
                prop_assert!(found.name.contains(&keyword));
                prop_assert!(!found.name.overlaps(&found.value));
            }
        }
    }

    #[test]
    fn what_lies_beyond_the_reach_changes_nothing(before in pieces(), text in pieces(), behind in pieces()) {
        let middle = format!("{}{text}{}", " ".repeat(ASSIGNMENT_REACH), " ".repeat(ASSIGNMENT_REACH));
        let whole = format!("{before}{middle}{behind}");
        for keyword in keywords_in(&middle) {
            let moved = Span::new(keyword.start + before.len(), keyword.end + before.len());
            let moved = parse(whole.as_bytes(), moved).map(|found| found.value.start - before.len());
            prop_assert_eq!(moved, parse(middle.as_bytes(), keyword).map(|found| found.value.start));
        }
    }
}
