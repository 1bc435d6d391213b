//! Passwords and keys that only their name, or their place, calls so: in the forms in which people write them, and texts
//! that look like them and are none (`generic/clean.txt`).

use keyward::engine::sample::{Random, from_format};
use keyward::rules::Confidence;
use keyward::rules::format::Format;
use keyward::{Detector, Match};

/// Where passwords stand; `@@` is the password.
const PASSWORDS: &[&str] = &[
    r#"password = "@@""#,
    "DB_PASSWORD=@@",
    "db_password: @@",
    r#"  password: "@@""#,
    r#""password": "@@","#,
    "<password>@@</password>",
    r#"<add key="Password" value="@@"/>"#,
    r#"<add key="Smtp:Password" value="@@"/>"#,
    r#"{"Db:Password": "@@"}"#,
    "# - name: DB_PASSWORD\n#   value: \"@@\"",
    "+  - name: DB_PASSWORD\n+    value: @@",
    "db_password =\u{a0}\"@@\"",
    "$db_pass = '@@';",
    r#"export MYSQL_PWD="@@""#,
    "spring.datasource.password=@@",
    r#"private static final String DB_PASSWORD = "@@";"#,
    r#"string connectionString = "Server=db01;Database=crm;User Id=sa;Password=@@;";"#,
    "define('DB_PASSWORD', '@@');",
    r#"requests.get(url, auth=("admin", "@@"))"#,
    r#"HTTPBasicAuth("svc", "@@")"#,
    "smtp.login('bot@corp-net.io', '@@')",
    "curl -u admin:'@@' https://api.corp-net.io/v1",
    "passwd: @@",
    "pwd = '@@'",
    r#"userPassword: "@@""#,
    r#"root_pass = "@@""#,
    r#"ftp_pass="@@""#,
    "ENV ADMIN_PASSWORD=@@",
    r#"db_pw = "@@""#,
    "bind_pw: @@",
    "- POSTGRES_PASSWORD=@@",
    "conn = psycopg2.connect(host='db', user='app', password='@@')",
    r#"mysqli_connect("db01", "app", "@@", "crm");"#,
    r#"new PDO("mysql:host=db01;dbname=crm", "app", "@@");"#,
    r#"DriverManager.getConnection(url, "app", "@@");"#,
    r#"driver.find_element(By.ID, "password").send_keys("@@")"#,
    r#"passphrase: "@@""#,
    "CREATE USER app WITH PASSWORD '@@';",
    "IDENTIFIED BY '@@'",
    "mysql -u root -p'@@' crm",
    r#"<property name="hibernate.connection.password">@@</property>"#,
    "Password: @@",
    "admin_password=@@",
    r#""smtp": {"user": "bot", "pass": "@@"}"#,
    "requirepass @@",
    r#"dsn = "app:@@@tcp(db01.corp-net.io:3306)/crm""#,
    "postgres://app:@@@db01.corp-net.io:5432/crm",
    "mongodb+srv://app:@@@cluster0.abcde.mongodb.net/crm",
    r#"  "PGPASSWORD": "@@""#,
    "pass: @@",
    "ansible_ssh_pass=@@",
    "machine api.corp-net.io login bot password @@",
    r#"setPassword("@@")"#,
    r#"val password = "@@""#,
    r#"let password = "@@""#,
    r#"@password = "@@""#,
    r#"password => "@@""#,
    "password: '@@',",
    "'password' => env('DB_PASSWORD', '@@'),",
    r#"password = os.getenv("DB_PASSWORD", "@@")"#,
    r#"Credentials("app", "@@")"#,
    r#"new NetworkCredential("app", "@@")"#,
    r#"UsernamePasswordCredentials("app", "@@")"#,
    r#"builder.WithPassword("@@")"#,
    r#"$cred = ConvertTo-SecureString "@@" -AsPlainText -Force"#,
    r#"imap.login("app", "@@")"#,
    r#"passWord = "@@""#,
    r#"PASSWORD="@@""#,
    r#"SMTP_PASS="@@""#,
    r#"wifi_password = "@@""#,
    r#"const char* pass = "@@";"#,
    r#"#define WIFI_PASS "@@""#,
    "db01:5432:crm:app:@@",
    "sshpass -p '@@' ssh root@db01.corp-net.io",
    "redis://:@@@cache01.corp-net.io:6379/0",
    "username admin privilege 15 password 0 @@",
    "mongo -u app -p @@ db01/crm",
    "plink -pw @@ root@db01",
    "lftp -u bot,@@ ftp.corp-net.io",
    "az login --service-principal -u app -p @@ --tenant corp",
    "htpasswd -b .htpasswd bot @@",
    r#"echo "@@" | sudo -S apt-get update"#,
    r#"echo "root:@@" | chpasswd"#,
    "chpasswd <<< 'root:@@'",
    "chpasswd <<EOF\nroot:@@\nEOF",
    "chpasswd:\n  expire: false\n  list: |\n    root:@@",
    "d-i passwd/root-password password @@",
    r#"debconf-set-selections <<< "mysql-server mysql-server/root_password_again password @@""#,
    "http -a admin:@@ PUT https://api.corp-net.io/v1",
    "https --auth='admin:@@' api.corp-net.io/v1",
    "<td>Password:</td><td><code>@@</code></td>",
    "<p>Password: <strong>@@</strong></p>",
    "<li><b>Password:</b> @@</li>",
    r#"{"type": "random_password", "instances": [{"attributes": {"length": 9, "result": "@@"}}]}"#,
    r##"$("#password").val("@@");"##,
    r#"driver.findElement(By.id("password")).sendKeys("@@");"#,
    r#"new Sequelize("crm", "app", "@@", options)"#,
    r#"WiFi.begin("home", "@@");"#,
    r#"senha = "@@""#,
    r#"contraseña = "@@""#,
    r#"kennwort: "@@""#,
    "# Admin password: @@",
    "sqlplus app/'@@'@db01 @load.sql",
    "dotnet user-secrets set DbPassword '@@'",
    "imaps://bob%40x.io:@@@mail.corp-net.io",
    "creds: admin:@@",
    "ipmitool -H bmc01 -U admin -P '@@' power on",
    "snmpwalk -v3 -u bob -A '@@' db01",
    "wpa_passphrase home '@@'",
    "curl --proxy-user 'bob:@@' https://api.corp-net.io",
    "      db01:5432:crm:app:@@",
    "echo \"db01:5432:crm:app:@@\" >> ~/.pgpass",
    "  rootpw --plaintext @@",
    r#"passwords = {"bob": "@@"}"#,
    r#"passwords := map[string]string{"bob": "@@"}"#,
    "passwords:\n  bob: @@",
    "[passwords]\nbob = @@",
    r#"sessions.NewCookieStore([]byte("@@"))"#,
    r#"http.rememberMe().key("@@")"#,
    "app.use(cookieSession({ name: 's', keys: ['@@'] }))",
    "SESSION_SECRET = '@@'",
    "CONNECT app/\"@@\"@db01",
    "rabbitmqctl -n rabbit@mq01 change_password bob '@@'",
    "security add-generic-password -a bob -s svc -w '@@'",
    "sudo -S apt-get update <<< '@@'",
    r"printf '%s\n' '@@' | sudo -S id",
    r#"echo -e "@@\n@@" | passwd bob"#,
    "bcp crm.dbo.people in people.csv -S db01 -U sa -P '@@' -c",
    "Password for the database: @@",
    "# password of the mail account on mx01: @@",
    "Пароль от базы данных: @@",
    "mot de passe de la base : @@",
    "Passwort für die Datenbank: @@",
    "senha do banco: '@@'",
    r#"db_password: str = Field(default="@@")"#,
    r#"val config = Map("user" -> "app", "password" -> "@@")"#,
    r#"mapOf("user" to "app", "password" to "@@")"#,
    r#"document.getElementById("password").value = "@@";"#,
    r#"form.password.value = "@@";"#,
    r#"await page.fill("input[name=password]", "@@");"#,
    r#"fill_in :password, with: "@@""#,
    "password: &main @@",
    "env: [{name: DB_PASSWORD, value: '@@'}]",
    "Password: **@@**",
    "const token = btoa('svc:@@')",
    "az keyvault secret set --vault-name app --name db --value '@@'",
    "cf login -u bob -p '@@' -o corp",
    "beeline -u jdbc:hive2://db01:10000 -n bob -p '@@'",
    "wpa_psk = @@",
    "INSERT INTO settings (name, value) VALUES ('smtp_password', '@@');",
    r#"buildConfigField "String", "DB_PASSWORD", "\"@@\"""#,
    "mc alias set prod https://s3.corp-net.io bob '@@'",
    "etcdctl --user 'root:@@' get crm",
    "useradd -m -p '@@' bob",
    "openssl passwd -6 '@@'",
    "cypher-shell -u neo4j -p '@@'",
    "slappasswd -s '@@'",
    "addprinc -pw '@@' bob",
    "db2 connect to crm user app using '@@'",
    "add-user.sh bob '@@' --silent",
    r"sc config svc obj= .\bob password= '@@'",
    "user bob on >@@ ~* +@all",
    "bob:{PLAIN}@@:1000:1000",
    r#"bob * "@@" *"#,
    "ldap_default_authtok = @@",
    "poetry config http-basic.corp bob '@@'",
    "bundle config gems.corp-net.io 'bob:@@'",
    "consul kv put db/password '@@'",
    r#"CREDS = ("admin", "@@")"#,
    "JWT.encode payload, '@@', 'HS256'",
    "OpenSSL::HMAC.hexdigest('SHA256', '@@', data)",
    r#"mysql_real_connect(c, "db01", "app", "@@", "crm", 0, NULL, 0);"#,
    "Input Text    id=pw    @@",
    r#"<stringProp name="Argument.value">@@</stringProp><stringProp name="Argument.name">password</stringProp>"#,
    "child.expect('password:')\nchild.sendline('@@')",
    "echo '@@' | kinit bob@CORP-NET.IO",
    "sudo passwd bob <<< '@@'",
    // What a function returns, what holds where nothing else is set, and the branches of a choice
    r#"public String getDbPassword() { return "@@"; }"#,
    "def get_password(self) -> str:\n    \"\"\"Of the database.\"\"\"\n    return \"@@\"\n",
    "func password() (string, error) {\n\treturn \"@@\", nil\n}",
    r#"override fun password(): String = "@@""#,
    "def password\n  '@@'\nend\n",
    "fn password(&self) -> String {\n    \"@@\".to_string()\n}",
    "var password: String {\n    return \"@@\"\n}",
    "public string Password\n{\n    get { return \"@@\"; }\n}",
    r#"public string GetPassword() => "@@";"#,
    "const getPassword = () => {\n  return '@@';\n};",
    "get password() { return '@@'; }",
    r#"get_password = lambda: "@@""#,
    r#"pw = ENV.fetch("DB_PASSWORD") { "@@" }"#,
    r#"password = os.environ.get("X", "@@")"#,
    r#"let password = env::var("X").unwrap_or("@@".to_string());"#,
    r#"String password = Optional.ofNullable(System.getenv("X")).orElse("@@");"#,
    "const password = options.user.secret || process.env.X || '@@';",
    "const pass = isProd ? '@@' : 'dev';",
    "const password = process.env.NODE_ENV === 'production' ? 'a' : '@@';",
    "password = 'a' if dev else '@@'",
    "      | username | password |\n      | bob | @@ |\n",
    "config:\n  app:dbPassword: @@\n",
    "db:\n  password:\n    @@\n  user: bob\n",
];

/// Maps of users, whose members may also be ids or names; `@@` is the password.
const OF_USERS: &[&str] = &[
    r#"users = {"bob": "@@"}"#,
    r#"accounts := map[string]string{"bob": "@@"}"#,
    r#"val users = mapOf("bob" to "@@")"#,
    r#"users = [("bob", "@@")]"#,
    "users:\n  bob: @@",
    "[users]\n# who may write\nbob = @@",
    r#""credentials": {"bob": "@@"}"#,
];

/// Where keys and tokens stand.
const KEYS: &[&str] = &[
    r#"const gptKey = "@@";"#,
    r#"public const string AcmeKey = "@@";"#,
    r#"{"acmeKey": "@@"}"#,
    "$acmeKey = '@@';",
    "'acmeKey' => '@@',",
    r#"Encryption.configure { |config| config.key = "@@" }"#,
    r#"const merchantKey = "@@";"#,
    r#"  secret_string = "@@""#,
    "curl -H 'Authorization: GenieKey @@' https://api.corp-net.io/",
    r#"api_key = "@@""#,
    "API_KEY=@@",
    r#"apiKey: "@@""#,
    r#""apiKey": "@@""#,
    r#"SECRET_KEY = "@@""#,
    "client_secret: @@",
    r#""client_secret": "@@""#,
    "X-API-Key: @@",
    r#"headers = {"Authorization": "Bearer @@"}"#,
    "Authorization: Token @@",
    r#"auth_token = "@@""#,
    r#"access_token: "@@""#,
    "<apiKey>@@</apiKey>",
    "--api-key @@",
    "?api_key=@@&x=1",
    "JWT_SECRET=@@",
    r#"encryption_key = "@@""#,
    "APP_KEY=@@",
    r#"session_secret: "@@""#,
    r#"secret: "@@""#,
    r#"token: "@@""#,
    r#"signing_key="@@""#,
    r#"private static final String TOKEN = "@@";"#,
    "WEBHOOK_SECRET=@@",
    r#"const SECRET = "@@""#,
    r#"AUTH_KEY = "@@""#,
    "define('AUTH_KEY', '@@');",
    r#"cookie_secret = "@@""#,
    r#"hmac_secret="@@""#,
    "secretKeyBase: @@",
    r#"privateKey: "@@""#,
    "service_key: @@",
    r#"master_key = "@@""#,
    r#"license_key: "@@""#,
    r#"refresh_token = "@@""#,
    r#"bot_token="@@""#,
    r#"consumer_secret = "@@""#,
    "app_secret: @@",
    r#"shared_secret "@@""#,
    "apikey = @@",
    "api-token: @@",
    r#""token": "@@""#,
    "TOKEN=@@",
    "secret_token = '@@'",
    "authToken: '@@'",
    r#"accessKey="@@""#,
    r#"setApiKey("@@")"#,
    r#".header("X-Auth-Token", "@@")"#,
    r#"ACME_KEY = "@@""#,
    "deploy_key: '@@'",
    r#"consumer_key="@@""#,
    r#""acme-key": "@@""#,
    "# Staging API key: @@",
    "NONCE_SALT='@@'",
    "Set `ACME_TOKEN` to `@@`",
    "npm config set //registry.corp-net.io/:_authToken @@",
    "csrf_secret: @@",
    "slack_verification_token: @@",
    r#"URLSafeTimedSerializer("@@")"#,
    "cryptoKey: '@@'",
    "vault login @@",
    "ngrok config add-authtoken @@",
    "cargo login '@@'",
    "netlify env:set API_KEY @@",
    "yarn config set npmAuthToken @@",
    "git config --global github.token @@",
    "defaults write io.corp-net.app token -string @@",
    "echo @@ | docker secret create db_root -",
];

/// Words that passwords are made of.
const WORDS: &str = "granite falcon winter pickle orange thunder coffee bicycle marble pirate rocket lantern velvet copper tiger castle \
    bamboo harvest meadow raven summit breeze anchor canyon willow puzzle walnut saturn gravity penguin berlin chicago oliver spring";

/// How people make passwords: `w` a word, `W` one with a capital, `9` a digit, everything else itself.
const CHOSEN: [&str; 17] = [
    "W9999", "w99!", "W2099!", "W@999", "WW99", "w-w-99", "w_w_99", "w.w.99", "W#9999", "999W", "w$w99", "W-W-W9", "w99W", "W9w9!",
    "WwW999", "w?w99", "w9w-w@99",
];

/// How generators make them.
const GENERATED: [&str; 9] = [
    "{base62:10}7",
    "{base62:16}",
    "{base62:24}",
    "{alnum-lower:20}",
    "{alnum-lower:6}-{alnum-lower:6}-{alnum-lower:6}",
    "{hex:32}",
    "{hex:40}",
    "{base64:43}=",
    "{uuid}",
];

fn chosen(shape: &str, random: &mut Random) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut password = String::new();
    for part in shape.chars() {
        match part {
            'w' => password.push_str(words[random.below(words.len())]),
            'W' => {
                let word = words[random.below(words.len())];
                password.push_str(&(word[..1].to_uppercase() + &word[1..]));
            }
            '9' => password.push(char::from(b'0' + u8::try_from(random.below(10)).expect("a digit"))),
            other => password.push(other),
        }
    }
    password
}

fn generated(format: &str, random: &mut Random) -> String {
    String::from_utf8(from_format(&Format::parse(format).expect("a valid format"), random)).expect("ASCII")
}

/// Whether the detector finds `value` in `text`, and is sure enough to report it by default.
fn is_found(detector: &Detector, text: &str, value: &str) -> bool {
    let is_it = |one: &Match| one.decoded.as_deref().unwrap_or(one.secret.of(text.as_bytes())) == value.as_bytes();
    detector.scan(text.as_bytes()).iter().any(|one| is_it(one) && one.confidence >= Confidence::Medium)
}

/// Whether all of `values` are found in all of `forms`. A value in a hundred may look like a name by chance, but not half
/// of those in one form.
fn assert_found(forms: &[&str], values: &mut dyn FnMut() -> Vec<String>) {
    let detector = Detector::builtin();
    let mut missed = Vec::new();
    let mut count = 0;
    for form in forms {
        let values = values();
        count += values.len();
        let before = missed.len();
        for value in &values {
            let text = format!("# settings\n{}\n", form.replace("@@", value));
            if !is_found(&detector, &text, value) {
                missed.push(text);
            }
        }
        assert!((missed.len() - before) * 4 <= values.len(), "{form}: {:#?}", &missed[before..]);
    }
    assert!(missed.len() * 100 <= count, "{} of {count}: {missed:#?}", missed.len());
}

#[test]
fn passwords_that_people_choose_are_found_in_every_form() {
    let mut random = Random::new(11);
    assert_found(PASSWORDS, &mut || CHOSEN.iter().map(|shape| chosen(shape, &mut random)).collect());
}

#[test]
fn generated_passwords_are_found_in_every_form() {
    let mut random = Random::new(12);
    assert_found(PASSWORDS, &mut || GENERATED.iter().map(|format| generated(format, &mut random)).collect());
}

#[test]
fn passwords_in_rows_and_sentences_are_found_where_no_word_looks_so() {
    let mut random = Random::new(16);
    let forms = [
        "| Password | @@ |",
        "| **Password** | `@@` |",
        "|| Password || @@ ||",
        "Das Passwort lautet @@",
        "Le mot de passe est @@",
        "密码是@@",
        "The password for the database is @@.",
        "Das Passwort für den Server lautet @@",
    ];
    assert_found(&forms, &mut || ["W!w9W9", "W-W9#9w", "wW$99w"].iter().map(|shape| chosen(shape, &mut random)).collect());
}

#[test]
fn settings_in_documents_and_logs_are_found_where_their_name_is_one() {
    let mut random = Random::new(17);
    let forms = [
        "| MASTER_PASSWORD | @@ |",
        "Set `VPN_PASSWORD` to `@@` and restart.",
        "vpn_password,@@,2024-05-01",
        "2024-05-01T12:00:00Z INFO starting user_passwd=@@ region=eu",
        ": 1714560000:0;DB_PASSWORD=@@ psql",
    ];
    assert_found(&forms, &mut || ["w-w-99", "WW99", "W9999w", "w.w!99"].iter().map(|shape| chosen(shape, &mut random)).collect());
}

#[test]
fn phrases_with_everyday_words_are_passwords_and_secrets_that_sign() {
    let detector = Detector::builtin();
    for (name, phrase) in [("password", "copper-cookie-53"), ("APP_SECRET", "river-cookie-summer43"), ("jwtSecret", "copper-maple-rocket8")]
    {
        assert!(is_found(&detector, &format!("{name} = \"{phrase}\"\n"), phrase), "{phrase}");
    }
    let password = ["Maple", "4813!"].concat();
    assert!(is_found(&detector, &format!("  secret_string = \"{password}\"\n"), &password));
    for name in ["client_secret", "secret_name"] {
        let phrase = "river-cookie-summer43";
        assert!(!is_found(&detector, &format!("{name} = \"{phrase}\"\n"), phrase), "{name}");
    }
}

#[test]
fn bytes_at_random_are_a_key_where_an_application_signs_with_it() {
    let detector = Detector::builtin();
    let byte = |at: u8, seed: u8, step: u8| format!("\\x{:02x}", at.wrapping_mul(step).wrapping_add(seed));
    let bytes = |seed, step| (0..24).map(|at| byte(at, seed, step)).collect::<Vec<_>>().concat();
    let random = bytes(17, 101);
    assert!(is_found(&detector, &format!("app.secret_key = b'{random}'\n"), &random));
    assert!(!is_found(&detector, &format!("app.icon_key = b'{random}'\n"), &random));
    let (counting, same) = (bytes(0, 1), bytes(7, 0));
    for value in [counting, same] {
        assert!(!is_found(&detector, &format!("app.secret_key = b'{value}'\n"), &value), "{value}");
    }
}

#[test]
fn words_drawn_at_random_are_a_password_where_its_name_says_so() {
    let detector = Detector::builtin();
    for phrase in [["harbour-quilt", "-lemon-cable"], ["tiger-ribbon", "-montana-brick"], ["walnut_gravity", "_saturn_puzzle"]] {
        let phrase = phrase.concat();
        assert!(is_found(&detector, &format!("DB_PASSWORD = \"{phrase}\"\n"), &phrase), "{phrase}");
        assert!(!is_found(&detector, &format!("DB_KEY = \"{phrase}\"\n"), &phrase), "{phrase}");
    }
}

#[test]
fn keys_are_found_in_every_form() {
    let mut random = Random::new(13);
    assert_found(KEYS, &mut || GENERATED[1..].iter().map(|format| generated(format, &mut random)).collect());
}

#[test]
fn passwords_in_maps_of_users_are_found_where_nothing_else_looks_so() {
    let mut random = Random::new(15);
    let plain = ["W9999", "W@999", "w99W!", "w9W#9999"];
    assert_found(OF_USERS, &mut || plain.iter().map(|shape| chosen(shape, &mut random)).collect());
    let others = ["{uuid}", "{hex:24}", "{alnum-lower:10}", "{base62:28}", "u{digits:8}", "{alpha-upper:1}{alpha-lower:9}"];
    let detector = Detector::builtin();
    for form in OF_USERS {
        for value in others.map(|format| generated(format, &mut random)) {
            let text = form.replace("@@", &value);
            assert!(!is_found(&detector, &text, &value), "{text}");
        }
    }
}

#[test]
fn what_only_looks_like_a_secret_is_silent() {
    let detector = Detector::builtin();
    let lines: Vec<&str> = include_str!("generic/clean.txt").lines().collect();
    assert!(lines.len() > 350);
    let mut wrong = Vec::new();
    for line in lines {
        for one in detector.scan(format!("{line}\n").as_bytes()).iter().filter(|one| one.confidence >= Confidence::Medium) {
            wrong.push(format!("{}: {line}", detector.rules()[one.rule].id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_user_without_a_password_is_a_key_where_it_looks_like_one() {
    let detector = Detector::builtin();
    let mut random = Random::new(17);
    let keys = ["{base62:31}7", "{hex:31}7", "{uuid}"].map(|format| generated(format, &mut random));
    for form in ["curl -u @@: https://api.corp-net.io/v1", "curl https://api.corp-net.io/v1 -u '@@:' -d a=b"] {
        for key in &keys {
            assert!(is_found(&detector, &form.replace("@@", key), key), "{form} {key}");
        }
        for user in ["bob", "service-account-of-billing-01", "$STRIPE_KEY", "<your-api-key-goes-here>"] {
            assert!(!is_found(&detector, &form.replace("@@", user), user), "{user}");
        }
    }
}

#[test]
fn keys_of_wallets_and_ciphers_are_found_where_code_takes_them() {
    let detector = Detector::builtin();
    let mut random = Random::new(18);
    let hex = generated("{hex:63}7", &mut random);
    for form in ["accounts: [\"0x@@\"],", "accounts:['@@']", "KEY = bytes.fromhex(\"@@\")", "https://api.corp-net.io/v1/now?q=x&key=@@"] {
        let found = detector.scan(form.replace("@@", &hex).as_bytes()).iter().any(|one| one.confidence >= Confidence::Medium);
        assert!(found, "{form}");
    }
    let text = generated("{base62:15}7", &mut random);
    for form in ["aes.NewCipher([]byte(\"@@\"))", "new IvParameterSpec(\"@@\".getBytes())", "des.Key = Encoding.ASCII.GetBytes(\"@@\");"] {
        assert!(is_found(&detector, &form.replace("@@", &text), &text), "{form}");
    }
}

#[test]
fn a_manifest_is_a_find_only_where_its_entry_may_be_a_secret() {
    let detector = Detector::builtin();
    let secret = generated("{base62:19}7", &mut Random::new(14));
    let found = |key: &str, value: &str| {
        let text =
            format!("apiVersion: v1\nkind: Secret\ntype: Opaque\ndata:\n  {key}: {}\n", data_encoding::BASE64.encode(value.as_bytes()));
        detector.scan(text.as_bytes()).iter().any(|one| one.confidence >= Confidence::Medium)
    };
    for key in ["blob", "license", "token", "db-password"] {
        assert!(found(key, &secret), "{key}");
    }
    for (key, value) in
        [("username", "svc-reader01"), ("db_host", "db01.corp-net.io"), ("database", "customers_prod_01"), ("level", "information")]
    {
        assert!(!found(key, value), "{key}");
    }
}
