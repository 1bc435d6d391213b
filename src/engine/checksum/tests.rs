//! Every check against generated tokens of the formats in which it stands.

use super::{seal, verify};
use crate::engine::sample::{Random, from_format};
use crate::rules::check::{Check, Strength};
use crate::rules::format::{Format, Part};
use proptest::prelude::*;

/// What a rule for a value beside a name starts its examples from: it has no format.
const ANY: &str = "{base62:23}";

/// The formats of each check's tokens, as the rules have them; blocks and files are in [`BLOCKS`].
#[rustfmt::skip]
const FORMATS: &[(Check, &[&str])] = &[
    (Check::GithubCrc32, &["ghp_{base62:36}", "npm_{base62:36}"]),
    (Check::GithubRefreshCrc32, &["ghr_{base62:76}"]),
    (Check::GithubFineGrained, &["github_pat_{base62:22}_{base62:59}"]),
    (Check::VercelCrc32, &["vck_{base64url:50}{base62:6}"]),
    (Check::MatrixCrc32, &["syt_{base64:2..100}_{alpha:20}_{base62:6}", "syr_{base64:2..100}_{alpha:20}_{base62:6}"]),
    (Check::AtlassianCrc32, &["ATCTT3xFfG{base64url:173}={hex-upper:8}", "ATATT3xFfGF0{base64url:171}={hex-upper:8}", "ATBB{base62:24}{hex-upper:8}"]),
    (Check::CloudflareCrc32, &["cfat_{base62:40}{hex:8}"]),
    (Check::ZuploCrc32, &["zpka_{alnum-lower:32}_{hex:8}"]),
    (Check::GrafanaCrc32, &["glsa_{base62:32}_{hex:8}"]),
    (Check::GitlabRoutable, &["glpat-{base64url:27..300}.01.{alnum-lower:9}", "glpat-{base64url:27..300}.{alnum-lower:9}", "glrt-t{[123]:1}_{base64url:27..300}.(01.)?{alnum-lower:9}"]),
    (Check::ConfluentCrc32, &["cflt{base64:60}"]),
    (Check::AzureDevopsPat, &["{base32-lower:52}"]),
    (Check::AzureMarvin32Storage, &["{base64:76}+ASt{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32Batch, &["{base64:76}+ABa{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32Cosmosdb, &["{base64:76}ACDb{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32MlClassic, &["{base64:76}+AMC{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32ContainerRegistry, &["{base64:42}+ACR{[A-D]:1}{base64:5}"]),
    (Check::AzureMarvin32Eventgrid, &["{base64:33}AZEG{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32Eventhub, &["{base64:33}+AEh{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32Relay, &["{base64:33}+ARm{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32Servicebus, &["{base64:33}+ASb{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32Iothub, &["{base64:33}AIoT{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32IotDevice, &["{base64:33}AIoT{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32IotProvisioning, &["{base64:33}AIoT{[A-P]:1}{base64:5}="]),
    (Check::AzureMarvin32Search, &["{base62:42}AzSe{[A-D]:1}{base62:5}"]),
    (Check::AzureMarvin32Function, &["{base64url:44}AzFu{base64url:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32ApimSubscription, &["{base64:76}APIM{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32ApimGateway, &["{base64:76}APIM{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32ApimRepository, &["{base64:76}APIM{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32ApimDirectManagement, &["{base64:76}APIM{base64:5}{[AQgw]:1}=="]),
    (Check::AzureMarvin32Redis, &["{base64:33}AzCa{[A-P]:1}{base64:5}="]),
    (Check::AzureCommonAnnotated, &["{base62:52}JQQJ99{base62:1}{[A-L]:1}{base62:12}AAAAAZAC{base62:4}", "{base62:52}JQQJ9{[9DH]:1}{base62:1}{[A-L]:1}{base62:16}{alpha:1}{base62:7}({base62:2}==)?"]),
    (Check::AzureEntraSecret, &["{[A-Za-z0-9._~-]:3}{digits:1}Q~{[A-Za-z0-9._~-]:31..34}"]),
    (Check::Jwt, &["{jwt}", "ghs_{digits:1..12}_{jwt}", "glcbt-{jwt}", "IST.{jwt}", "wrka(us|eu|jp|sg|au|il)?-{jwt}"]),
    (Check::Jwt1passwordConnect, &["{jwt}"]),
    (Check::JwtAdobeIms, &["{jwt}"]),
    (Check::JwtArgocd, &["{jwt}"]),
    (Check::JwtAuth0, &["{jwt}"]),
    (Check::JwtAzureEntra, &["{jwt}"]),
    (Check::JwtCalendly, &["{jwt}"]),
    (Check::JwtJfrog, &["{jwt}"]),
    (Check::JwtKubernetes, &["{jwt}"]),
    (Check::JwtScalr, &["{jwt}"]),
    (Check::JwtSupabaseServiceRole, &["{jwt}"]),
    (Check::JwtTemporalCloud, &["{jwt}"]),
    (Check::JwtEddsa, &["{jwt}"]),
    (Check::JwtTwilio, &["{jwt}"]),
    (Check::Jwe, &["eyJ{base64url:10..400}.{base64url:0..600}.{base64url:16}.{base64url:1..5000}.{base64url:22}"]),
    (Check::JwtBase64, &["ZXlK{base64:60..5000}(=|==)?"]),
    (Check::Json1password, &["ops_eyJ{base64:250..1500}(=|==)?"]),
    (Check::JsonCloudflareTunnel, &["eyJhIjoi{base64:100..400}(=|==)?"]),
    (Check::JsonGrafanaLegacy, &["eyJrIjoi{base64:40..400}(=|==)?"]),
    (Check::JsonGrafanaCloud, &["glc_{base64:40..400}(=|==)?"]),
    (Check::JsonSentry, &["sntrys_eyJ{base64:40..400}(=|==)?_{base64:43}"]),
    (Check::JsonConvex, &["eyJ2MiI6I{base64:46}="]),
    (Check::JsonSnyk, &["(snyk_uat|snyk_sat).{hex:8}.{base64url:40..500}.{base64url:20..200}"]),
    (Check::JsonTinybird, &["p.eyJ{base64url:60..260}.{base64url:43}"]),
    (Check::JsonMapbox, &["pk.eyJ{base64url:50..200}.{base64url:22}", "sk.eyJ{base64url:50..200}.{base64url:22}", "tk.eyJ{base64url:50..300}.{base64url:22}"]),
    (Check::JsonMiro, &["eyJtaXJv{base64url:10..120}_{base64url:20..64}"]),
    (Check::TextWorkos, &["sk_live_a2V5Xz{base64:60..80}(=|==)?", "sk_test_a2V5Xz{base64:60..80}(=|==)?"]),
    (Check::TextHighnote, &["rk_live_a2V5Xz{base64:69..72}(=|==)?"]),
    (Check::TextAtlassianDc, &["{[MNO]:1}{base64:43}", "BBDC-{base64:44}"]),
    (Check::TextAwsBedrock, &["ABSK{base64:109..269}(=|==)?"]),
    (Check::TextAwsBedrockSession, &["bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{base64:50..3000}(=|==)?"]),
    (Check::TextClerk, &["pk_(live|test)_{base64:20..100}(=|==)?"]),
    (Check::TextDevin, &["apk_(user_)?{base64:80..180}(=|==)?"]),
    (Check::TextElasticsearch, &["{base64:54..64}(=|==)?"]),
    (Check::TextIntercom, &["dG9rO{base64:54}="]),
    (Check::TextJetbrains, &["perm{[:-]:1}{base64:2..80}(=|==)?.{base64:2..80}(=|==)?.{base62:30}"]),
    (Check::TextJfrogReference, &["cmVmdGtu{base62:56}"]),
    (Check::TextMailjet, &["{base64:87}="]),
    (Check::TextNvidiaNgc, &["{base62:84}"]),
    (Check::TextNxCloud, &["{base64:60..80}(=|==)?"]),
    (Check::TextPlivo, &["{base64url:40}"]),
    (Check::TextOnesignal, &["{base64:48}"]),
    (Check::TextDiscord, &["{base64url:24..28}.{base64url:6..7}.{base64url:27..38}"]),
    (Check::BasicAuth, &[ANY, "Basic {base64:20..40}(=|==)?"]),
    (Check::Base64Text, &[ANY, "{base64:12..40}(=|==)?"]),
    (Check::Base64Bytes32, &["SWMKEY-1-{base64:43}", "{base64url:43}=", "base64:{base64:43}=", ANY]),
    (Check::Base64Canonical, &["whsec_{base64:32,43,42}(=|==)?"]),
    (Check::WireguardKey, &["{base64:43}=", ANY]),
    (Check::AwsSesSmtp, &["B{base64:43}"]),
    (Check::FernetToken, &["gAAAAA{base64url:90..5000}(=|==)?"]),
    (Check::GppCpassword, &["{base64:43..108}", ANY]),
    (Check::MinisignKey, &["{base64:211}=", ANY]),
    (Check::SignifyKey, &["{base64:139}=", ANY]),
    (Check::TotpSecret, &["{base32:16..52}", r"otpauth://totp/a\?secret={base32:32}&issuer=b", ANY]),
    (Check::AwsKeyId, &["AKIA{base32:16}"]),
    (Check::StellarSeed, &["S{base32:55}"]),
    (Check::NatsSeed, &["S{[ACNOUX]:1}{base32:56}"]),
    (Check::VaultServiceToken, &["hvs.{base64url:24..140}"]),
    (Check::PypiMacaroon, &["pypi-AgEIcHlwaS5vcmc{base64url:50..1000}", "pypi-AgENdGVzdC5weXBpLm9yZw{base64url:50..1000}"]),
    (Check::LightningMacaroon, &["0201036c6e64{hex:100..600}"]),
    (Check::FlyioMacaroons, &["FlyV1 fm{digits:1}_{[A-Za-z0-9+/=,_-]:100..1500}"]),
    (Check::Bech32, &["nsec1{bech32:58}", "age1{bech32:58}", "age1pq1{bech32:1952}", "AGE-SECRET-KEY-1{bech32-upper:58}", "AGE-PLUGIN-{[A-Z0-9-]:1..30}-1{bech32-upper:20..400}", "AGE-SECRET-KEY-PQ-1{bech32-upper:58}"]),
    (Check::BitcoinWif, &["(5|K|L){base58:50..51}"]),
    (Check::BitcoinExtendedKey, &["(xprv|yprv|zprv|tprv|uprv|vprv){base58:107}"]),
    (Check::XrpSeed, &["s{base58:28}"]),
    (Check::TezosKey, &["edsk{base58:50,94}"]),
    (Check::Secp256k1Scalar, &["(0x)?{hex-any:64}", "0x{hex-any:64}"]),
    (Check::Base64Pem, &["LS0tLS1CRUdJTi{base64:100..10000}(=|==)?"]),
    (Check::PuttyKey, &[ANY]),
    (Check::Jwk, &[ANY]),
    (Check::OpenaiKey, &["sk-admin-{base64url:58,74}T3BlbkFJ{base64url:58,74}", "sk-{base62:20}T3BlbkFJ{base62:20}", "sk-None-{base64url:20,58}T3BlbkFJ{base64url:20,58}", "sk-proj-{base64url:20,58,74}T3BlbkFJ{base64url:20,58,74}", "sk-svcacct-{base64url:20,58,74}T3BlbkFJ{base64url:20,58,74}"]),
    (Check::GroqKey, &["gsk_{base62:52}"]),
    (Check::Bcrypt, &["$2{[abxy]:1}${digits:2}${[./0-9A-Za-z]:53}"]),
    (Check::CiscoType7, &["{hex-upper:14}", ANY]),
    (Check::JuniperType9, &["$9${[A-Za-z0-9./-]:8..100}"]),
    (Check::WinscpPassword, &["{hex-upper:20..80}", ANY]),
];

/// Blocks, by their labels.
const BLOCKS: &[(Check, &[&str])] = &[
    (Check::Pem, &["RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK", "OPENSSH PRIVATE KEY", "OpenVPN Static key V1", "ANY PRIVATE KEY"]),
    (Check::PemClear, &["RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"]),
    (Check::PemEncrypted, &["RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"]),
];

/// Check values that cover every character behind the prefix, so that no other token passes.
const VALUES: &[Check] = &[
    Check::GithubCrc32,
    Check::GithubRefreshCrc32,
    Check::VercelCrc32,
    Check::MatrixCrc32,
    Check::AtlassianCrc32,
    Check::CloudflareCrc32,
    Check::ZuploCrc32,
    Check::GrafanaCrc32,
    Check::GitlabRoutable,
    Check::ConfluentCrc32,
    Check::AzureMarvin32Storage,
    Check::AzureMarvin32Batch,
    Check::AzureMarvin32Cosmosdb,
    Check::AzureMarvin32MlClassic,
    Check::AzureMarvin32ContainerRegistry,
    Check::AzureMarvin32Eventgrid,
    Check::AzureMarvin32Eventhub,
    Check::AzureMarvin32Relay,
    Check::AzureMarvin32Servicebus,
    Check::AzureMarvin32Iothub,
    Check::AzureMarvin32IotDevice,
    Check::AzureMarvin32IotProvisioning,
    Check::AzureMarvin32Search,
    Check::AzureMarvin32Function,
    Check::AzureMarvin32ApimSubscription,
    Check::AzureMarvin32ApimGateway,
    Check::AzureMarvin32ApimRepository,
    Check::AzureMarvin32ApimDirectManagement,
    Check::AzureMarvin32Redis,
    Check::AzureCommonAnnotated,
    Check::StellarSeed,
    Check::NatsSeed,
    Check::Bech32,
    Check::BitcoinWif,
    Check::BitcoinExtendedKey,
    Check::XrpSeed,
    Check::TezosKey,
];

/// All tokens to try: check, format (for blocks: none) and a token that is not sealed.
fn tokens(seeds: u64) -> Vec<(Check, Option<Format>, Vec<u8>)> {
    let mut tokens = Vec::new();
    for seed in 0..seeds {
        for (check, formats) in FORMATS {
            for format in *formats {
                let parsed = Format::parse(format).expect(format);
                let token = from_format(&parsed, &mut Random::new(seed));
                tokens.push((*check, (*format != ANY).then_some(parsed), token));
            }
        }
        for (check, labels) in BLOCKS {
            for label in *labels {
                let text = format!("{0}BEGIN {label}{0}\nabcd{seed}\n{0}END {label}{0}", "-----");
                tokens.push((*check, None, text.into_bytes()));
            }
        }
    }
    tokens
}

/// Whether the format matches all of the bytes.
fn matches(parts: &[Part], bytes: &[u8]) -> bool {
    let Some((part, rest)) = parts.split_first() else { return bytes.is_empty() };
    match part {
        Part::Literal(literal) => bytes.strip_prefix(&literal[..]).is_some_and(|bytes| matches(rest, bytes)),
        Part::Run(run) => {
            let most = bytes.iter().take_while(|&&byte| run.set.contains(byte)).count();
            (0..=most).rev().any(|length| u32::try_from(length).is_ok_and(|length| run.allows(length)) && matches(rest, &bytes[length..]))
        }
        Part::Group { choices, optional } => {
            choices.iter().any(|choice| matches(&[choice, rest].concat(), bytes)) || (*optional && matches(rest, bytes))
        }
    }
}

#[test]
fn every_check_is_tried() {
    let tried = |check: &Check| FORMATS.iter().chain(BLOCKS).any(|(tried, _)| tried == check);
    let missing: Vec<&str> = Check::ALL.iter().filter(|check| !tried(check)).map(|check| check.name()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn sealed_tokens_verify_and_keep_their_format() {
    for (check, format, token) in tokens(40) {
        let mut sealed = token.clone();
        let done = seal(check, &mut sealed);
        let shown = || format!("{}: {} from {}", check.name(), String::from_utf8_lossy(&sealed), String::from_utf8_lossy(&token));
        assert!(done, "{}", shown());
        assert!(verify(check, &sealed), "{}", shown());
        assert!(format.is_none_or(|format| matches(&format.parts, &sealed)), "{}", shown());
    }
}

#[test]
fn sealing_is_reproducible_and_leaves_a_sealed_token_alone() {
    for (check, _, token) in tokens(2) {
        let (mut first, mut second) = (token.clone(), token);
        assert!(seal(check, &mut first) && seal(check, &mut second));
        assert_eq!(first, second);
        assert!(seal(check, &mut second));
        assert_eq!(first, second, "{}", check.name());
    }
}

#[test]
fn every_proof_is_tried_as_a_check_value() {
    let other = [Check::GithubFineGrained, Check::AzureDevopsPat];
    for check in Check::ALL {
        assert_eq!(check.proves(), VALUES.contains(check) || other.contains(check), "{}", check.name());
    }
}

#[test]
fn check_values_refute_any_other_character() {
    for (check, format, mut token) in tokens(3) {
        let Some(format) = format.filter(|_| VALUES.contains(&check)) else { continue };
        assert!(seal(check, &mut token), "{}", check.name());
        let mut random = Random::new(7);
        for place in (0..token.len()).step_by(1 + token.len() / 200) {
            let mut other = token.clone();
            other[place] = b"0aBx7QzG3w"[random.below(10)];
            // The prefix is often not covered, and a character of another kind is for the format to refuse.
            let is_prefix = format.parts.first().is_some_and(|part| matches!(part, Part::Literal(literal) if place < literal.len()));
            if other != token && !is_prefix && matches(&format.parts, &other) {
                assert!(!verify(check, &other), "{} at {place}", check.name());
            }
        }
    }
}

#[test]
fn unsealed_tokens_are_refuted_where_chance_allows() {
    for (check, format, token) in tokens(20) {
        if format.is_some() && VALUES.contains(&check) {
            assert!(!verify(check, &token), "{}: {}", check.name(), String::from_utf8_lossy(&token));
        }
    }
}

#[test]
fn a_fine_grained_token_is_covered_up_to_its_check_value() {
    let format = Format::parse("github_pat_{base62:22}_{base62:59}").expect("a valid format");
    let mut token = from_format(&format, &mut Random::new(1));
    assert!(seal(Check::GithubFineGrained, &mut token));
    for place in 0..token.len() {
        let mut other = token.clone();
        other[place] = if other[place] == b'x' { b'y' } else { b'x' };
        assert_eq!(verify(Check::GithubFineGrained, &other), place >= token.len() - 8, "{place}");
    }
}

#[test]
fn devops_tokens_of_users_and_applications_are_covered() {
    let format = Format::parse("{base32-lower:52}").expect("a valid format");
    let mut token = from_format(&format, &mut Random::new(1));
    assert!(seal(Check::AzureDevopsPat, &mut token));
    // The last character holds four bits that belong to no byte.
    for place in 0..token.len() - 1 {
        let mut other = token.clone();
        other[place] = if other[place] == b'x' { b'y' } else { b'x' };
        assert!(!verify(Check::AzureDevopsPat, &other), "{place}");
    }
}

#[test]
fn every_seed_of_a_kind_is_taken() {
    use super::code::{Base64, from_base64};
    let format = Format::parse("{base64:76}ACDb{base64:5}{[AQgw]:1}==").expect("a valid format");
    let bytes = from_base64(&from_format(&format, &mut Random::new(3))).expect("base64");
    for seed in [b"MastRW00", b"MastRO00", b"SystRW00", b"SystRO00", b"SysAll00", b"Resour00", b"Encryp00"] {
        let value = super::marvin::marvin32(&bytes[..60], u64::from_be_bytes(*seed)).to_le_bytes();
        let key = Base64::Standard.write(&[&bytes[..60], &value].concat());
        assert!(verify(Check::AzureMarvin32Cosmosdb, format!("{key}==").as_bytes()));
        assert!(!verify(Check::AzureMarvin32Storage, format!("{key}==").as_bytes()));
    }
}

#[test]
fn tokens_without_the_form_cannot_be_sealed() {
    for check in VALUES.iter().filter(|check| check.strength() == Strength::Refutes) {
        let made_whole = matches!(check, Check::BitcoinWif | Check::TezosKey | Check::XrpSeed);
        assert_eq!(seal(*check, &mut b"?".to_vec()), made_whole, "{}", check.name());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_check_panic(token in proptest::collection::vec(any::<u8>(), 0..300)) {
        for &check in Check::ALL {
            let _ = verify(check, &token);
            let _ = seal(check, &mut token.clone());
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_cut_or_changed_token_makes_a_check_panic(seed in 0u64..1000, cut in 0usize..400, byte: u8) {
        for (check, _, mut token) in tokens(1) {
            token.push(seed.to_le_bytes()[0]);
            let _ = seal(check, &mut token);
            let at = cut % (token.len() + 1);
            let mut longer = token.clone();
            longer.insert(at, byte);
            for mut other in [token[..at].to_vec(), token[at..].to_vec(), longer] {
                let _ = verify(check, &other);
                let _ = seal(check, &mut other);
            }
        }
    }
}
