//! What is read from lines of many languages and formats. Values are made by seed, so none stands here.

use super::{Assignment, Form, Operator, parse, parse_all};
use crate::rules::ASSIGNMENT_REACH;
use crate::text::Span;
use proptest::prelude::*;

/// Letters and digits by a linear congruential generator; always with a digit and both cases.
pub(in crate::engine) fn random(seed: u64, length: usize) -> String {
    let alphabet = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[(state >> 33) as usize % alphabet.len()])
    };
    let mut text: String = (0..length - 3).map(|_| next()).collect();
    text.push_str("q7K");
    text
}

/// Keywords as rules have them, longest first.
const KEYWORDS: [&str; 26] = [
    "acme-key",
    "authorization",
    "private_key",
    "access_key",
    "passphrase",
    "credential",
    "signingkey",
    "encryption",
    "identified",
    "requirepass",
    "api_key",
    "api-key",
    "apikey",
    "api key",
    "password",
    "passwd",
    "secret",
    "token",
    "net user",
    "sshpass",
    "mysql",
    "curl",
    "docker login",
    "redis-cli",
    "auth",
    "pwd",
];

/// The assignments in `text` that some keyword leads to, in order.
pub(in crate::engine) fn all(text: &str) -> Vec<Assignment> {
    let lower = text.to_lowercase();
    let mut found: Vec<Assignment> = Vec::new();
    for keyword in KEYWORDS {
        for (start, _) in lower.match_indices(keyword) {
            parse_all(text.as_bytes(), Span::new(start, start + keyword.len()), &mut |assignment| {
                if !found.contains(&assignment) {
                    found.push(assignment);
                }
            });
        }
    }
    found.sort_by_key(|assignment| (assignment.name.start, assignment.value.start));
    found
}

fn values(text: &str) -> Vec<&str> {
    let mut values: Vec<&str> = all(text).iter().map(|found| &text[found.value.start..found.value.end]).collect();
    values.dedup();
    values
}

/// Lines of real languages and formats; `@` stands for the value.
pub(in crate::engine) const LINES: &[&str] = &[
    // Programming languages
    "password = \"@\"",
    "password = '@'",
    "const password = `@`;",
    "var dbPassword string = \"@\"",
    "password := \"@\"",
    "let password: &str = \"@\";",
    "const API_KEY: &'static str = \"@\";",
    "static SECRET: Option<String> = Some(\"@\".to_string());",
    "let secret = String::from(\"@\");",
    "private static final String PASSWORD = \"@\";",
    "char[] password = \"@\".toCharArray();",
    "const char *password = \"@\";",
    "static const char password[] = \"@\";",
    "char password[64] = \"@\";",
    "std::string password(\"@\");",
    "std::string password{\"@\"};",
    "NSString *apiKey = @\"@\";",
    "let apiKey: String = \"@\"",
    "val apiKey: String = \"@\"",
    "public string Password { get; set; } = \"@\";",
    "string password = @\"@\";",
    "Dim password As String = \"@\"",
    "$password = '@';",
    "$config['password'] = '@';",
    "define('DB_PASSWORD', '@');",
    "'password' => '@',",
    "\"password\" => env('DB_PASSWORD', '@'),",
    "my $password = '@';",
    ":password => \"@\",",
    "password: \"@\",",
    "password_digest_secret = b\"@\"",
    "api_key: str = \"@\"",
    "connect(host, password=\"@\")",
    "os.environ[\"API_TOKEN\"] = \"@\"",
    "SECRET_KEY = os.environ.get(\"SECRET_KEY\", \"@\")",
    "secret = config(\"SECRET_KEY\", default=\"@\")",
    "const secret = process.env.JWT_SECRET || '@';",
    "const secret = process.env.JWT_SECRET ?? \"@\";",
    "let token = env::var(\"API_TOKEN\").unwrap_or(\"@\".into());",
    "client.setPassword(\"@\");",
    "builder.apiKey(\"@\")",
    "props.put(\"password\", \"@\");",
    "headers.set(\"X-Api-Key\", \"@\")",
    "if password == \"@\":",
    "if (password.equals(\"@\")) {",
    "if (strcmp(password, \"@\") == 0)",
    "#define WIFI_PASSWORD \"@\"",
    "password <- \"@\"",
    "{password, \"@\"}",
    "{password, <<\"@\">>}",
    "<<\"password\">> => <<\"@\">>",
    "(setq api-key \"@\")",
    ":password \"@\"",
    "password = \"\"\"@\"\"\"",
    "password =\n    \"@\"",
    "password = (\n    \"@\"\n)",
    "secret := []byte(\"@\")",
    "tokens = [\"@\"]",
    "auth = HTTPBasicAuth(\"admin\", \"@\")",
    "credentials = new NetworkCredential(\"admin\", \"@\");",
    "driver.find_element(By.ID, \"password\").send_keys(\"@\")",
    "await page.fill('#password', '@');",
    "$password = ConvertTo-SecureString \"@\" -AsPlainText -Force",
    "$env:API_TOKEN = '@'",
    "password db \"@\", 0",
    "fmt.Sprintf(\"%s\", x); password := \"@\"",
    // Configuration
    "DB_PASSWORD=@",
    "DB_PASSWORD=\"@\"",
    "export API_KEY=@",
    "export API_KEY='@' OTHER=1",
    "set API_KEY=@",
    "setenv API_KEY @",
    "ENV API_KEY @",
    "ENV API_KEY=@ OTHER=x",
    "ARG API_TOKEN=@",
    "  - MYSQL_ROOT_PASSWORD=@",
    "  - \"MYSQL_ROOT_PASSWORD=@\"",
    "      MYSQL_ROOT_PASSWORD: @",
    "password: @",
    "password: '@'",
    "password: @  # production",
    "password: !!str @",
    "password: >-\n    @\n",
    "- name: API_TOKEN\n  value: @",
    "- name: API_TOKEN\n  value: \"@\"",
    "{\"name\": \"API_TOKEN\", \"value\": \"@\"}",
    "\"password\": \"@\"",
    "{\\\"password\\\": \\\"@\\\"}",
    "{&quot;password&quot;: &quot;@&quot;}",
    "password = @",
    "password=@",
    "spring.datasource.password=@",
    "spring.datasource.password: @",
    "db.password @",
    "machine api.corp.io login bot password @",
    "requirepass @",
    "//registry.corp.io/:_authToken=@",
    "password = \"@\" # comment",
    "variable \"db_password\" {\n  default = \"@\"\n}",
    "; password = @",
    "# password: @",
    "API_TOKEN ?= @",
    "API_TOKEN := @",
    "\"Password\"=\"@\"",
    "${PASSWORD}    @",
    "client-secret: @",
    // Markup
    "<password>@</password>",
    "<ns:password type=\"text\">@</ns:password>",
    "<add key=\"ApiKey\" value=\"@\" />",
    "<property name=\"password\" value=\"@\"/>",
    "<property name=\"password\">@</property>",
    "<string name=\"api_key\" translatable=\"false\">@</string>",
    "<key>password</key>\n<string>@</string>",
    "<name>fs.secret.key</name>\n  <value>@</value>",
    "<user username=\"x\" password=\"@\"/>",
    "<password><![CDATA[@]]></password>",
    "<Setting Name=\"Token\" Value=\"@\" />",
    // Command lines, strings, protocols
    "mytool --password @ --verbose",
    "mytool --password=@ --verbose",
    "mytool --api-key \"@\"",
    "java -Dpassword=@ -jar x.jar",
    "[\"--token\", \"@\"]",
    "sshpass -p @ ssh host",
    "sshpass -p '@' ssh host",
    "mysql -u root -p@ db",
    "curl -u admin:@ https://corp.io/",
    "curl --user 'admin:@' https://corp.io/",
    "docker login -u bot -p @ registry.corp.io",
    "redis-cli -h x -a @ ping",
    "Authorization: Bearer @",
    "curl -H 'Authorization: Bearer @' https://corp.io/",
    "-H \"X-Api-Key: @\"",
    "headers = {\"Authorization\": \"Bearer @\"}",
    "headers: { 'Authorization': 'token @' }",
    "https://corp.io/v1?api_key=@&x=1",
    "https://corp.io/v1?x=1&api_key=@",
    "Server=db;User Id=sa;Password=@;Encrypt=true",
    "\"Server=db;Database=x;Uid=sa;Pwd=@\"",
    "jdbc:sqlserver://db;user=sa;password=@",
    "host=db user=app password=@ dbname=x",
    "CREATE USER x IDENTIFIED BY '@';",
    "ALTER USER x WITH PASSWORD '@';",
    "ALTER LOGIN sa WITH PASSWORD = N'@'",
    "password is '@'",
    // Defaults and pairs
    "parser.add_argument(\"--password\", default=\"@\")",
    "parser.add_argument('--api-key', type=str, required=False, default='@')",
    "flag.String(\"password\", \"@\", \"the password\")",
    "ENV.fetch('API_TOKEN', '@')",
    "@Value(\"${db.password:@}\")",
    "MYSQL_ROOT_PASSWORD: ${MYSQL_ROOT_PASSWORD:-@}",
    "export DB_PASSWORD=\"${DB_PASSWORD:-@}\"",
    "auth = ('admin', '@')",
    "auth: ['admin', '@'],",
    "<property name=\"password\"><value>@</value></property>",
    "  \"source\": [\"password = \\\"@\\\"\\n\"]",
    "Environment=\"API_TOKEN=@\"",
    "-e API_TOKEN=@ image",
    "docker run -e \"API_TOKEN=@\" image",
    "helm install x --set auth.password=@",
    "net user admin @ /add",
    "psql \"host=db user=app password=@\"",
    "'api_key' : '@'",
    "[string]$Password = \"@\"",
    "PASSWORD: Final[str] = \"@\"",
    "let password: string | undefined = '@';",
    "private readonly apiKey: string = '@';",
    "var options = new Options { ApiKey = \"@\" };",
    "Config{Password: \"@\", User: \"x\"}",
    ".withPassword(\"@\")",
    "secret_key_base: @",
    "\"private_key\" : \"@\",",
    "token=@\n",
    "\t\t\"apiKey\":\t\"@\"",
    // Lists of names and of values
    "user, password = \"bob\", \"@\"",
    "user, password := \"bob\", \"@\"",
    "host, user, password, db = 'db1', 'bob', '@', 'crm'",
    "(user, password) = (\"bob\", \"@\")",
    "const [user, password] = [\"bob\", \"@\"];",
    "my ($user, $password) = ('bob', '@');",
    "val (user, password) = Pair(\"bob\", \"@\")",
    "username,password\nbob,@\n",
    "id;name;password;mail\n1;bob;\"@\";bob@corp.io\n",
    "host\tuser\tpassword\ndb1\tbob\t@\n",
    "| User | Password |\n|------|:---------|\n| bob  | @ |\n",
    "+----+----------+\n| id | password |\n+----+----------+\n|  1 | @ |\n",
    "INSERT INTO users (name, password) VALUES ('bob', '@');",
    "INSERT INTO `users` (`name`, `password`)\nVALUES ('bob', '@');",
    // A user and a password
    "login/password: bob / @",
    "username/password = bob/@",
    "credentials: bob:@",
    "credential = \"bob:@\"",
    "login: bob, password: @",
    // Comparisons
    "if (\"@\" == password) {",
    "if (\"@\".equals(password)) {",
    "if (strcmp(\"@\", user->password) == 0)",
    "if [ \"$password\" == \"@\" ]; then",
    "assertEquals(\"@\", user.getPassword());",
    "assertEquals(user.getPassword(), \"@\");",
    "assert.Equal(t, \"@\", user.Password)",
    "expect(user.password).toBe(\"@\");",
    "assertThat(user.getPassword()).isEqualTo(\"@\");",
    // And more of markup, templates and command lines
    "<param-name>password</param-name>\n<param-value>@</param-value>",
    "<stringProp name=\"Argument.name\">password</stringProp>\n<stringProp name=\"Argument.value\">@</stringProp>",
    "<tr><td>Password:</td><td>@</td></tr>",
    "<dt>Password</dt><dd>@</dd>",
    "password = [[@]]",
    "{{ db_password | default('@') }}",
    "{\"key\": \"db_password\", \"type\": \"string\", \"value\": \"@\"}",
    "fill_in 'Password', with: '@'",
    "await page.fill('input[name=\"password\"]', '@');",
    "args: [\"--user\", \"bob\", \"--password\", \"@\"]",
    "- --password\n- @\n",
    "**Password:** @",
    // The value before its name
    "- value: \"@\"\n  name: DB_PASSWORD\n",
    "- value: @\n  name: DB_PASSWORD\n",
    "{\"value\": \"@\", \"name\": \"DB_PASSWORD\"}",
    "{\n  \"value\": \"@\",\n  \"name\": \"DB_PASSWORD\"\n}",
    "<add value=\"@\" key=\"DbPassword\" />",
    // Tables, objects and lists
    "<table><tr><th>User</th><th>Password</th></tr>\n<tr><td>bob</td><td>@</td></tr></table>",
    "<tr>\n  <th>Password</th>\n  <th>User</th>\n</tr>\n<tr>\n  <td><code>@</code></td>\n  <td>bob</td>\n</tr>",
    "passwords = {\"bob\": \"@\"}",
    "passwords: {\n  username: 'x1',\n  bob: '@',\n}",
    // A value among the keys of the name's own block
    "DBPassword:\n  Type: String\n  NoEcho: true\n  Default: @\n",
    "\"DBPassword\": {\"Type\": \"String\", \"Default\": \"@\"}",
    "\"adminPassword\": {\n  \"value\": \"@\"\n}",
    "password = args.password if args.password else \"@\"",
    "cy.get('[name=password]').type('@')",
    "I fill in \"Password\" with \"@\"",
    // Programs and what is set for them
    "dotnet build -p:Password=@",
    "gh secret set DB_PASSWORD --body \"@\"",
    "kubectl create secret generic db --from-literal=password=@",
    "password = new TextEncoder().encode('@')",
];

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
        "| user | password |\n| bob | x1 |",
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
    ] {
        assert_eq!(values(line), Vec::<&str>::new(), "{line}");
    }
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
