//! Secrets of every rule in the forms in which they stand in real life.
//!
//! A token is found wherever its own shape or its context permits. `{NAME}`, `{name}`, `{camel}`, `{kebab}` and
//! `{Pascal}` are a name that suits the rule, `{secret}` is the value, `{base64}` and `{percent}` the value encoded.

use keyward::Detector;
use keyward::engine::sample::{self, Random};
use keyward::rules::format::Format;
use keyward::rules::{Rule, Shape};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A form: what it is, a text, and characters that a value cannot have in it as it is.
struct Form {
    what: &'static str,
    text: &'static str,
    escaped: &'static str,
}

const fn form(what: &'static str, text: &'static str, escaped: &'static str) -> Form {
    Form { what, text, escaped }
}

const FORMS: &[Form] = &[
    // Programming languages
    form("Python", "import os\n\n{NAME} = \"{secret}\"\n", "\"\\"),
    form("Python keyword arguments", "client = Client(region='eu', {name}='{secret}', timeout=3)\n", "'\\"),
    form("Python annotation", "    {name}: str = \"{secret}\"\n", "\"\\"),
    form("Python default of the environment", "{name} = os.environ.get(\"{NAME}\", \"{secret}\")\n", "\"\\"),
    form("Python dictionary", "config = {\n    '{name}': '{secret}',\n}\n", "'\\"),
    form("JavaScript", "const {camel} = '{secret}';\n", "'\\"),
    form("JavaScript fallback", "const key = process.env.{NAME} || '{secret}'\n", "'\\"),
    form("JavaScript object key", "export default { {camel}: \"{secret}\", region: 'eu' }\n", "\"\\"),
    form("TypeScript", "  private readonly {camel}: string = `{secret}`;\n", "`\\$"),
    form("Java", "    private static final String {NAME} = \"{secret}\";\n", "\"\\"),
    form("Java builder", "        .{camel}(\"{secret}\")\n", "\"\\"),
    form("Go", "\t{camel} := \"{secret}\"\n", "\"\\"),
    form("Go struct", "cfg := Config{Region: \"eu\", {Pascal}: \"{secret}\"}\n", "\"\\"),
    form("Go environment", "os.Setenv(\"{NAME}\", \"{secret}\")\n", "\"\\"),
    form("Rust", "const {NAME}: &str = \"{secret}\";\n", "\"\\"),
    form("C#", "    public const string {Pascal} = \"{secret}\";\n", "\"\\"),
    form("C# verbatim", "var {camel} = @\"{secret}\";\n", "\""),
    form("PHP", "<?php\n${name} = '{secret}';\n", "'\\"),
    form("PHP define", "define('{NAME}', '{secret}');\n", "'\\"),
    form("PHP array", "    '{name}' => '{secret}',\n", "'\\"),
    form("Ruby", "ENV['{NAME}'] ||= '{secret}'\n", "'\\"),
    form("Ruby hash", "  config = { {name}: '{secret}' }\n", "'\\"),
    form("Ruby setter", "  config.{name} = \"{secret}\"\n", "\"\\#"),
    form("Kotlin", "    private const val {NAME} = \"{secret}\"\n", "\"\\$"),
    form("Swift", "    let {camel}: String = \"{secret}\"\n", "\"\\"),
    form("Objective-C", "static NSString *const k{Pascal} = @\"{secret}\";\n", "\"\\"),
    form("C", "#define {NAME} \"{secret}\"\n", "\"\\"),
    form("C++", "const std::string {camel} = \"{secret}\";\n", "\"\\"),
    form("Scala", "  val {camel} = \"{secret}\"\n", "\"\\$"),
    form("Dart", "final String {camel} = '{secret}';\n", "'\\$"),
    form("PowerShell", "$env:{NAME} = \"{secret}\"\n", "\"`$"),
    form("Perl", "my ${name} = '{secret}';\n", "'\\"),
    form("Lua", "local {name} = \"{secret}\"\n", "\"\\"),
    form("R", "Sys.setenv({NAME} = \"{secret}\")\n", "\"\\"),
    form("Elixir", "config :app, {name}: \"{secret}\"\n", "\"\\#"),
    form("constructor call", "const client = new ServiceClient({ {camel}: '{secret}' });\n", "'\\"),
    // Configuration
    form("shell export", "#!/bin/sh\nexport {NAME}={secret}\n", " \"'\\$&|;<>()`#*?[]~!{}"),
    form("shell export, quoted", "export {NAME}=\"{secret}\"\n", "\"\\$`!"),
    form("Dockerfile ENV", "FROM alpine\nENV {NAME}={secret}\n", " \"'\\$#"),
    form("Dockerfile ENV with a blank", "FROM alpine\nENV {NAME} {secret}\n", "\"'\\$#"),
    form("Dockerfile ARG", "ARG {NAME}={secret}\nRUN make\n", " \"'\\$#"),
    form(".env", "# settings\nPORT=80\n{NAME}={secret}\nDEBUG=1\n", " \"'\\$#`"),
    form(".env, quoted", "{NAME}='{secret}'\n", "'"),
    form(".ini", "[service]\nregion = eu\n{name} = {secret}\n", ";#"),
    form(".properties", "service.region=eu\nservice.{kebab}={secret}\n", "\\"),
    form("YAML, plain", "service:\n  region: eu\n  {name}: {secret}\n", "#:{}[]&*!|>'\"%@`,?-"),
    form("YAML, quoted", "service:\n  {camel}: \"{secret}\"\n", "\"\\"),
    form("YAML, single-quoted", "  {kebab}: '{secret}'\n", "'"),
    form("YAML list", "{name}s:\n  - {secret}\n  - other\n", "#:{}[]&*!|>'\"%@`,?-"),
    form("Spring application.yml", "spring:\n  application:\n    name: x\nservice:\n  {kebab}: {secret}\n", "#:{}[]&*!|>'\"%@`,?-"),
    form("JSON", "{\n  \"region\": \"eu\",\n  \"{camel}\": \"{secret}\"\n}\n", "\"\\"),
    form("JSON on one line", "{\"a\":1,\"{name}\":\"{secret}\",\"b\":[]}", "\"\\"),
    form("JSON in a JSON string", "{\"body\": \"{\\\"{name}\\\": \\\"{secret}\\\"}\"}\n", "\"\\"),
    form("TOML", "[service]\n{name} = \"{secret}\"\n", "\"\\"),
    form("XML attribute", "  <service region=\"eu\" {camel}=\"{secret}\"/>\n", "\"<&"),
    form("XML element", "  <{camel}>{secret}</{camel}>\n", "<&"),
    form("web.config setting", "    <add key=\"{Pascal}\" value=\"{secret}\" />\n", "\"<&"),
    form("Android string", "    <string name=\"{name}\">{secret}</string>\n", "<&'\"\\@"),
    form("property list", "  <key>{Pascal}</key>\n  <string>{secret}</string>\n", "<&"),
    form("Maven settings", "    <properties>\n      <{kebab}>{secret}</{kebab}>\n", "<&"),
    form("Terraform", "provider \"service\" {\n  {name} = \"{secret}\"\n}\n", "\"\\$%"),
    form("Terraform variable", "variable \"{name}\" {\n  type    = string\n  default = \"{secret}\"\n}\n", "\"\\$%"),
    form("Kubernetes environment", "        env:\n        - name: {NAME}\n          value: \"{secret}\"\n", "\"\\"),
    form("Kubernetes Secret", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ntype: Opaque\ndata:\n  {kebab}: {base64}\n", ""),
    form("Kubernetes Secret, stringData", "apiVersion: v1\nkind: Secret\nstringData:\n  {kebab}: \"{secret}\"\n", "\"\\"),
    form("Compose list", "    environment:\n      - TZ=UTC\n      - {NAME}={secret}\n", " #$\"'"),
    form("Compose list, quoted", "    environment:\n      - \"{NAME}={secret}\"\n", "$\"\\"),
    form("Compose map", "    environment:\n      {NAME}: {secret}\n", "#:{}[]&*!|>'\"%@`,?-"),
    form("GitHub workflow", "    env:\n      {NAME}: {secret}\n    steps:\n", "#:{}[]&*!|>'\"%@`,?-"),
    form("GitLab CI", "variables:\n  {NAME}: \"{secret}\"\n", "\"\\$"),
    form("Jenkinsfile", "  environment {\n    {NAME} = '{secret}'\n  }\n", "'\\"),
    form("nginx", "    proxy_set_header X-{kebab} \"{secret}\";\n", "\"\\$"),
    form("Apache", "    SetEnv {NAME} {secret}\n", " \"'\\"),
    form("systemd", "[Service]\nEnvironment=\"{NAME}={secret}\"\n", "\"\\%$"),
    form("Helm --set", "helm upgrade app ./chart --set service.{camel}={secret}\n", " ,\"'\\$&|;<>()`#*?[]~!{}"),
    form("Windows batch", "@echo off\r\nset {NAME}={secret}\r\n", "%^&<>|\""),
    form("Makefile", "{NAME} := {secret}\n", "#$"),
    form("Ansible", "- hosts: all\n  vars:\n    {name}: \"{secret}\"\n", "\"\\{"),
    // Requests and command lines
    form("curl header", "curl -H \"X-{kebab}: {secret}\" https://{kebab}.corp-net.io/v1\n", "\"\\$`!"),
    form("Authorization header", "# {NAME}\ncurl https://api.corp-net.io/ -H 'Authorization: Bearer {secret}'\n", "'"),
    form("Authorization in code", "headers = {'Authorization': 'Bearer {secret}'}  # {name}\n", "'\\"),
    form("URL query", "url = \"https://api.corp-net.io/v1/items?{name}={percent}&limit=5\"\n", ""),
    form("last in a URL query", "GET https://api.corp-net.io/v1/items?limit=5&{camel}={percent}\n", ""),
    form("command line", "service-cli deploy --{kebab} {secret} --region eu\n", " \"'\\$&|;<>()`#*?[]~!{}-"),
    form("command line with =", "service-cli deploy --{kebab}={secret} --region eu\n", " \"'\\$&|;<>()`#*?[]~!{}"),
    form("docker run -e", "docker run -d -e {NAME}={secret} corp/image:1\n", " \"'\\$&|;<>()`#*?[]~!{}"),
    form("arguments in JSON", "\"args\": [\"--{kebab}\", \"{secret}\"]\n", "\"\\"),
    form("inline environment", "$ {NAME}={secret} npm start\n", " \"'\\$&|;<>()`#*?[]~!{}"),
    form("HTTP request file", "POST /v1/items HTTP/1.1\nHost: api.corp-net.io\nX-{kebab}: {secret}\n\n", " "),
    // Text
    form("SQL insert", "INSERT INTO settings (name, value) VALUES ('{name}', '{secret}');\n", "'\\"),
    form("Markdown code", "Set the key:\n\n```sh\n{NAME}={secret}\n```\n", " \"'\\$&|;<>()`#*?[]~!{}"),
    form("Markdown inline code", "The {name} is `{secret}`.\n", "`"),
    form("notebook", "   \"source\": [\n    \"{name} = \\\"{secret}\\\"\\n\",\n    \"run()\"\n   ]\n", "\"\\"),
    form("notebook, single-quoted", "   \"source\": [\"{name} = '{secret}'\\n\"]\n", "\"\\'"),
    form("comment", "// {camel}: {secret}\n", " "),
    form("comment, hash", "# {NAME}={secret}\n", " \"'"),
    form("log line", "2024-05-02T10:11:12Z INFO starting with {name}={secret} region=eu\n", " "),
    form("log line, colon", "[debug] using {name}: {secret}\n", " "),
    form("CSV", "name,value\n{name},{secret}\n", ",\""),
    form("CSV, quoted", "\"{name}\",\"{secret}\"\n", "\""),
    form("HTML attribute", "<input type=\"hidden\" name=\"{name}\" value=\"{secret}\">\n", "\"<&"),
    form("HTML data attribute", "<script src=\"w.js\" data-{kebab}=\"{secret}\"></script>\n", "\"<&"),
    form(".npmrc", "# {name}\n//npm.corp-net.io/:_authToken={secret}\n", " ;#$:|="),
    form("diff", "+{NAME}={secret}\n", " \"'\\$#`"),
    form("diff of code", "-    {camel}: '{secret}',\n", "'\\"),
    form("markup table", "| {name} | `{secret}` |\n", "|`"),
];

/// The words of a name that suits the rule: its first context word that is one, with what makes it a secret's name.
fn words(rule: &Rule) -> Vec<String> {
    let split = |text: &str| text.split(['_', '-', '.']).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    if let Shape::Assignment { names, .. } = &rule.shape {
        return split(&names[0]);
    }
    let is_name = |word: &&String| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let mut words = rule.context.iter().find(is_name).map_or_else(|| vec!["service".to_owned()], |word| split(word));
    if !words.last().is_some_and(|last| ["key", "token", "secret", "password"].iter().any(|end| last.ends_with(end))) {
        words.extend(["api".to_owned(), "key".to_owned()]);
    }
    words
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

fn fill(text: &str, words: &[String], secret: &str) -> String {
    let pascal: String = words.iter().map(|word| capital(word)).collect();
    let camel = words[0].clone() + &words[1..].iter().map(|word| capital(word)).collect::<String>();
    let mut percent = String::new();
    for byte in secret.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => percent.push(char::from(byte)),
            _ => write!(percent, "%{byte:02X}").expect("written to a string"),
        }
    }
    let holes = [
        ("{NAME}", words.join("_").to_uppercase()),
        ("{name}", words.join("_")),
        ("{kebab}", words.join("-")),
        ("{camel}", camel),
        ("{Pascal}", pascal),
        ("{base64}", data_encoding::BASE64.encode(secret.as_bytes())),
        ("{percent}", percent),
    ];
    let text = holes.iter().fold(text.to_owned(), |text, (hole, value)| text.replace(hole, value));
    text.replace("{secret}", secret)
}

/// What the detector finds of `secret` in `text`: the rule's id, or nothing.
fn found(detector: &Detector, text: &str, secret: &str) -> Vec<String> {
    let matches = detector.scan(text.as_bytes());
    let is_it = |one: &&keyward::Match| one.decoded.as_deref().unwrap_or(one.secret.of(text.as_bytes())) == secret.as_bytes();
    matches.iter().filter(is_it).map(|one| detector.rules()[one.rule].id.clone()).collect()
}

/// Of each rule, one form in this many is tried, a different one for each, so that the test stays short.
const STRIDE: usize = 5;

/// Rules that something in the way hides in a form: the form, the rule, and what finds the value instead.
const GAPS: &[(&str, &str, &str)] = &[
    // A second layer of encoding, which is judged before the layer that the rule reads.
    ("Kubernetes Secret", "discord-bot-token", "kubernetes-secret-manifest"),
    ("Kubernetes Secret", "elasticsearch-api-key", "kubernetes-secret-manifest"),
    ("Kubernetes Secret", "fernet-key", "kubernetes-secret-manifest"),
    ("Kubernetes Secret", "nvidia-ngc-api-key-legacy", "kubernetes-secret-manifest"),
    ("Kubernetes Secret", "plivo-auth-token", "kubernetes-secret-manifest"),
    ("Kubernetes Secret", "jwt", "jwt-base64-wrapped"),
    // Characters that the form encodes or ends at.
    ("URL query", "adyen-api-key", "generic-api-key-assignment"),
    ("URL query", "django-insecure-secret-key", "generic-api-key-assignment"),
    ("URL query", "endor-labs-api-key", "generic-api-key-assignment"),
    ("last in a URL query", "endor-labs-api-key", "generic-api-key-assignment"),
    ("URL query", "wordpress-application-password", "generic-password-assignment"),
    ("last in a URL query", "wordpress-application-password", "generic-password-assignment"),
    ("JSON in a JSON string", "adyen-api-key", "generic-api-key-assignment"),
    ("notebook", "adyen-api-key", "generic-api-key-assignment"),
    // The context stands behind the value, too far off.
    ("Authorization in code", "aiven-auth-token", "http-authorization-bearer"),
    ("Authorization in code", "trendmicro-deep-security-api-key", "http-authorization-bearer"),
];

#[test]
fn a_token_is_found_in_every_form() {
    let detector = Detector::builtin();
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, rule) in detector.rules().iter().enumerate().filter(|(_, rule)| matches!(rule.shape, Shape::Format(_))) {
        let sample = |seed: u64| sample::secret(rule, seed).and_then(|secret| String::from_utf8(secret).ok());
        // Few have no digit by chance, and those are not tried by their length.
        let with_digit =
            (0..4).filter_map(|turn| sample(number as u64 + turn * 10_000)).find(|secret| secret.bytes().any(|byte| byte.is_ascii_digit()));
        let secret = with_digit.or_else(|| sample(number as u64));
        // With an entity in it, it is reported as it is without.
        let Some(secret) = secret.filter(|secret| !secret.contains("&amp;")) else { continue };
        let words = words(rule);
        let takes = |form: &&Form| !secret.contains(|byte| form.escaped.contains(byte));
        for form in FORMS.iter().skip(number % STRIDE).step_by(STRIDE).filter(takes) {
            let text = fill(form.text, &words, &secret);
            let ids: Vec<String> = detector.scan(text.as_bytes()).iter().map(|one| detector.rules()[one.rule].id.clone()).collect();
            let stands_for = |id: &String| (form.what, &id[..]) == (".npmrc", "npmrc-auth") || GAPS.contains(&(form.what, &rule.id, id));
            if !found(&detector, &text, &secret).contains(&rule.id) && !ids.iter().any(stands_for) {
                missed.entry(form.what).or_default().push(format!("{} ({ids:?}): {text}", rule.id));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Names under which providers' documentation keeps their secrets in the environment, and the rule.
const DOCUMENTED: &[(&str, &str)] = &[
    ("ALGOLIA_ADMIN_KEY", "algolia-admin-api-key"),
    ("AMPLITUDE_SECRET_KEY", "amplitude-secret-key"),
    ("ASSEMBLYAI_API_KEY", "assemblyai-api-key"),
    ("AUTH0_CLIENT_SECRET", "auth0-client-secret"),
    ("AWS_SECRET_ACCESS_KEY", "aws-secret-access-key"),
    ("AZURE_STORAGE_KEY", "azure-storage-account-key-legacy"),
    ("BROWSERSTACK_ACCESS_KEY", "browserstack-access-key"),
    ("BUGSNAG_AUTH_TOKEN", "bugsnag-auth-token"),
    ("CC_TEST_REPORTER_ID", "codeclimate-test-reporter-id"),
    ("CF_API_KEY", "cloudflare-global-api-key-legacy"),
    ("CIRCLE_TOKEN", "circleci-token-legacy"),
    ("CLOUDFLARE_API_TOKEN", "cloudflare-api-token-legacy"),
    ("CLOUDINARY_API_SECRET", "cloudinary-api-secret"),
    ("CODECOV_TOKEN", "codecov-upload-token"),
    ("COHERE_API_KEY", "cohere-api-key"),
    ("CO_API_KEY", "cohere-api-key"),
    ("CONSUL_HTTP_TOKEN", "consul-acl-token"),
    ("CYPRESS_RECORD_KEY", "cypress-record-key"),
    ("DATADOG_API_KEY", "datadog-api-key"),
    ("DD_API_KEY", "datadog-api-key"),
    ("DD_APP_KEY", "datadog-application-key"),
    ("DEEPGRAM_API_KEY", "deepgram-api-key"),
    ("DEEPL_AUTH_KEY", "deepl-api-key-pro"),
    ("DIGITALOCEAN_ACCESS_TOKEN", "digitalocean-token-legacy"),
    ("DISCORD_CLIENT_SECRET", "discord-client-secret"),
    ("DRONE_TOKEN", "drone-ci-token"),
    ("ELEVENLABS_API_KEY", "elevenlabs-api-key-legacy"),
    ("ETHERSCAN_API_KEY", "etherscan-api-key"),
    ("FACEBOOK_APP_SECRET", "facebook-app-secret"),
    ("FASTLY_API_TOKEN", "fastly-api-token"),
    ("HEROKU_API_KEY", "heroku-api-key-legacy"),
    ("KEYCLOAK_CLIENT_SECRET", "keycloak-client-secret-uuid"),
    ("MAXMIND_LICENSE_KEY", "maxmind-license-key-legacy"),
    ("MISTRAL_API_KEY", "mistral-api-key"),
    ("MONGODB_ATLAS_PRIVATE_KEY", "mongodb-atlas-private-key"),
    ("NETLIFY_AUTH_TOKEN", "netlify-token-legacy"),
    ("NEW_RELIC_LICENSE_KEY", "newrelic-license-key-legacy"),
    ("NGC_API_KEY", "nvidia-ngc-api-key-legacy"),
    ("NPM_TOKEN", "npm-legacy-token"),
    ("OKTA_API_TOKEN", "okta-api-token"),
    ("OPSGENIE_API_KEY", "opsgenie-api-key"),
    ("PERCY_TOKEN", "percy-token"),
    ("PINECONE_API_KEY", "pinecone-api-key-legacy"),
    ("PLAID_SECRET", "plaid-secret"),
    ("POSTMARK_SERVER_TOKEN", "postmark-server-token"),
    ("PUSHER_APP_SECRET", "pusher-app-secret"),
    ("ROLLBAR_ACCESS_TOKEN", "rollbar-access-token"),
    ("SAUCE_ACCESS_KEY", "saucelabs-access-key"),
    ("SCW_SECRET_KEY", "scaleway-secret-key"),
    ("SEGMENT_WRITE_KEY", "segment-write-key"),
    ("SLACK_SIGNING_SECRET", "slack-signing-secret"),
    ("SNYK_TOKEN", "snyk-api-token"),
    ("SONAR_TOKEN", "sonarqube-token-legacy"),
    ("SPOTIFY_CLIENT_SECRET", "spotify-client-secret"),
    ("STEAM_API_KEY", "steam-web-api-key"),
    ("TOGETHER_API_KEY", "together-api-key-legacy"),
    ("TWILIO_AUTH_TOKEN", "twilio-auth-token"),
    ("TWITCH_CLIENT_SECRET", "twitch-client-secret"),
    ("VERCEL_TOKEN", "vercel-token-legacy"),
    ("VIRUSTOTAL_API_KEY", "virustotal-api-key"),
    ("VULTR_API_KEY", "vultr-api-key"),
    ("WANDB_API_KEY", "weights-and-biases-api-key"),
    ("ZENDESK_API_TOKEN", "zendesk-api-token"),
];

#[test]
fn a_token_is_found_under_the_name_that_its_provider_documents() {
    let detector = Detector::builtin();
    let mut missed = Vec::new();
    for (name, id) in DOCUMENTED {
        let rule = detector.rules().iter().find(|rule| rule.id == *id).expect("a rule that is on");
        let secret = String::from_utf8(sample::secret(rule, 3).expect("no key is needed")).expect("ASCII");
        let words: Vec<String> = name.split('_').map(str::to_lowercase).collect();
        for text in ["{NAME}={secret}\n", "const {camel} = \"{secret}\";\n", "{kebab}: {secret}\n", "new Client({ {name}: '{secret}' })\n"]
        {
            let text = fill(text, &words, &secret);
            if !found(&detector, &text, &secret).iter().any(|found| found == id) {
                missed.push(format!("{id}: {text}"));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_value_with_the_name_of_a_secret_is_found_in_every_form() {
    let detector = Detector::builtin();
    let format = Format::parse("{base62:23}7").expect("a valid format");
    let mut missed = Vec::new();
    for (seed, name) in (0..).zip(["db_password", "client_secret", "access_token", "api_key", "signing_key", "smtp_passwd"]) {
        let secret = String::from_utf8(sample::from_format(&format, &mut Random::new(seed))).expect("ASCII");
        let words: Vec<String> = name.split('_').map(str::to_owned).collect();
        for form in FORMS {
            let text = fill(form.text, &words, &secret);
            if found(&detector, &text, &secret).is_empty() {
                missed.push(format!("{}: {text}", form.what));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
