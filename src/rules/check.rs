//! L1: the names of the offline checks: what can be told of a secret with no key and no network.
//! What they do is in `engine/checksum`; `build.rs` includes this file, so it depends on nothing above.
//!
//! Each entry of the table says what is checked and how it is known, then the name that rules use, what a failed
//! check means, and whether a passed one is a proof.

use serde::{Deserialize, Serialize};

/// What a failed check means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// The secret is not what the rule looks for: no match.
    Refutes,
    /// It is less likely to be: a match of lower confidence. For facts that are not documented, or not for all secrets.
    Hints,
}

/// Declares the checks once, so that the names, the list and the strengths cannot drift apart.
macro_rules! checks {
    (@proves) => { false };
    (@proves Proves) => { true };
    ($($(#[$doc:meta])+ $variant:ident = $name:literal, $strength:ident $(, $proof:ident)?;)+) => {
        /// An offline check of a secret: a check value or a decodable structure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Check {
            $($(#[$doc])+ #[serde(rename = $name)] $variant,)+
        }

        impl Check {
            /// Every check, in the order of the table.
            pub const ALL: &'static [Check] = &[$(Check::$variant,)+];

            /// The name that rules use.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Check::$variant => $name,)+ }
            }

            /// What a failed check means.
            #[must_use]
            pub fn strength(self) -> Strength {
                match self { $(Check::$variant => Strength::$strength,)+ }
            }

            /// Whether passing proves that the secret was issued: a check value, which no placeholder has by
            /// chance. Passing any other check only says that the structure is there.
            #[must_use]
            pub fn proves(self) -> bool {
                match self { $(Check::$variant => checks!(@proves $($proof)?),)+ }
            }
        }
    };
}

impl Check {
    /// Reads a check's name.
    ///
    /// # Errors
    /// Names the checks that are meant, perhaps.
    pub fn parse(name: &str) -> Result<Check, String> {
        if let Some(check) = Check::ALL.iter().find(|check| check.name() == name) {
            return Ok(*check);
        }
        let family = |name: &'static str| name.split('-').next().unwrap_or_default();
        let near: Vec<&str> = Check::ALL.iter().map(|check| check.name()).filter(|known| name.contains(family(known))).collect();
        match &near[..] {
            [] => Err(format!("`{name}` is not a check; see rules/README.md")),
            near => Err(format!("`{name}` is not a check; is one of these meant: {}", near.join(", "))),
        }
    }
}

checks! {
    // Check values: CRC-32 (IEEE) of a part of the token, written into it.
    /// Last 6 characters: CRC-32 of the 30 before them in base62 (digits, upper, lower), padded with `0`.
    /// Documented by GitHub for its classic tokens; npm and NetBird tokens have the same form.
    GithubCrc32 = "github-crc32", Refutes, Proves;
    /// As [`Check::GithubCrc32`] over 70 characters. Seen on one public sample; GitHub's own example fails it.
    GithubRefreshCrc32 = "github-refresh-crc32", Hints, Proves;
    /// 8 characters, 16 before the end: start of the base32 of the SHA-256 of all before them.
    /// Seen on public samples of three origins, not documented.
    GithubFineGrained = "github-fine-grained", Hints, Proves;
    /// As [`Check::GithubCrc32`] over 50 characters. Seen on samples, not documented.
    VercelCrc32 = "vercel-crc32", Hints, Proves;
    /// Last 6 characters: CRC-32 in base62 of everything before the last `_`. Source: Synapse.
    MatrixCrc32 = "matrix-crc32", Refutes, Proves;
    /// Last 8 characters: CRC-32 of everything before them in upper-case hex. Seen on public samples.
    AtlassianCrc32 = "atlassian-crc32", Refutes, Proves;
    /// Last 8 characters: CRC-32 of the 40 before them in lower-case hex. Cloudflare documents "a checksum",
    /// the algorithm is from public samples.
    CloudflareCrc32 = "cloudflare-crc32", Refutes, Proves;
    /// Last 8 characters: CRC-32 in lower-case hex of what stands between the last two `_`. Public samples.
    ZuploCrc32 = "zuplo-crc32", Refutes, Proves;
    /// Last 8 characters: CRC-32, little-endian bytes in hex, of everything before the last `_`. Source: Grafana.
    GrafanaCrc32 = "grafana-crc32", Refutes, Proves;
    /// Last 7 characters: CRC-32 of everything before them in base36; the 2 before: length of the payload
    /// in base36. Source: GitLab.
    GitlabRoutable = "gitlab-routable", Refutes, Proves;
    /// Last 6 characters: base64 of the little-endian CRC-32 of what stands between `cflt` and them.
    /// Seen on public samples.
    ConfluentCrc32 = "confluent-crc32", Refutes, Proves;
    /// Four of the 32 bytes in base32: CRC-32 of the others, masked. Published by Microsoft.
    AzureDevopsPat = "azure-devops-pat", Refutes, Proves;

    // Check values: Marvin32 with the seed of the kind of key. Published by Microsoft (identifiable secrets).
    /// Azure storage account: last 4 of the decoded bytes.
    AzureMarvin32Storage = "azure-marvin32-storage", Refutes, Proves;
    /// Azure Batch account: last 4 of the decoded bytes.
    AzureMarvin32Batch = "azure-marvin32-batch", Refutes, Proves;
    /// Azure Cosmos DB, seven kinds: last 4 of the decoded bytes.
    AzureMarvin32Cosmosdb = "azure-marvin32-cosmosdb", Refutes, Proves;
    /// Azure Machine Learning Studio (classic): last 4 of the decoded bytes.
    AzureMarvin32MlClassic = "azure-marvin32-ml-classic", Refutes, Proves;
    /// Azure container registry: last 4 of the decoded bytes.
    AzureMarvin32ContainerRegistry = "azure-marvin32-container-registry", Refutes, Proves;
    /// Azure Event Grid: last 4 of the decoded bytes.
    AzureMarvin32Eventgrid = "azure-marvin32-eventgrid", Refutes, Proves;
    /// Azure Event Hubs: send, listen, manage: last 4 of the decoded bytes.
    AzureMarvin32Eventhub = "azure-marvin32-eventhub", Refutes, Proves;
    /// Azure Relay: send, listen, manage: last 4 of the decoded bytes.
    AzureMarvin32Relay = "azure-marvin32-relay", Refutes, Proves;
    /// Azure Service Bus: send, listen, manage: last 4 of the decoded bytes.
    AzureMarvin32Servicebus = "azure-marvin32-servicebus", Refutes, Proves;
    /// Azure IoT Hub: last 4 of the decoded bytes.
    AzureMarvin32Iothub = "azure-marvin32-iothub", Refutes, Proves;
    /// Azure IoT device: last 4 of the decoded bytes.
    AzureMarvin32IotDevice = "azure-marvin32-iot-device", Refutes, Proves;
    /// Azure IoT device provisioning: last 4 of the decoded bytes.
    AzureMarvin32IotProvisioning = "azure-marvin32-iot-provisioning", Refutes, Proves;
    /// Azure AI Search: admin and query key, letters and digits only: last 4 of the decoded bytes.
    AzureMarvin32Search = "azure-marvin32-search", Refutes, Proves;
    /// Azure Functions: function, master and system key, base64url: last 4 of the decoded bytes.
    AzureMarvin32Function = "azure-marvin32-function", Refutes, Proves;
    /// Azure API Management, subscription: last 4 of the decoded bytes.
    AzureMarvin32ApimSubscription = "azure-marvin32-apim-subscription", Refutes, Proves;
    /// Azure API Management, gateway: last 4 of the decoded bytes.
    AzureMarvin32ApimGateway = "azure-marvin32-apim-gateway", Refutes, Proves;
    /// Azure API Management, repository: last 4 of the decoded bytes.
    AzureMarvin32ApimRepository = "azure-marvin32-apim-repository", Refutes, Proves;
    /// Azure API Management, direct management: last 4 of the decoded bytes.
    AzureMarvin32ApimDirectManagement = "azure-marvin32-apim-direct-management", Refutes, Proves;
    /// Azure Cache for Redis: last 4 of the decoded bytes. Some keys had `+` and `/` replaced after the
    /// check value was made, and how is not published in full.
    AzureMarvin32Redis = "azure-marvin32-redis", Hints, Proves;
    /// Characters 81 and on of a common annotated security key: check value of the decoded 80 before, in base62.
    AzureCommonAnnotated = "azure-common-annotated", Refutes, Proves;
    /// Last 3 characters of an `8Q~` client secret. Published, but not said of every cloud and age; other
    /// digits before `Q~` carry no check value and pass.
    AzureEntraSecret = "azure-entra-secret", Hints;

    // JSON Web Tokens: header and payload decode to JSON, and the claims are the issuer's.
    /// The header has `alg`, the payload is an object (RFC 7519). What stands before `eyJ` is left alone.
    Jwt = "jwt", Refutes;
    /// ES256 and a claim in the name space `1password.com/`.
    Jwt1passwordConnect = "jwt-1password-connect", Refutes;
    /// `as` begins `ims-`, and there is a `type`.
    JwtAdobeIms = "jwt-adobe-ims", Refutes;
    /// `iss` is `argocd`.
    JwtArgocd = "jwt-argocd", Refutes;
    /// `iss` is a tenant of auth0.com, `aud` its management API.
    JwtAuth0 = "jwt-auth0", Refutes;
    /// `iss` is sts.windows.net or login.microsoftonline.com.
    JwtAzureEntra = "jwt-azure-entra", Refutes;
    /// `iss` is auth.calendly.com.
    JwtCalendly = "jwt-calendly", Refutes;
    /// `iss` begins `jfac@`, `jfrt@` or `jffe@`.
    JwtJfrog = "jwt-jfrog", Refutes;
    /// `iss` is `kubernetes/serviceaccount`, or `sub` begins `system:serviceaccount:`.
    JwtKubernetes = "jwt-kubernetes", Refutes;
    /// `iss` is `user`, `jti` begins `at-`.
    JwtScalr = "jwt-scalr", Refutes;
    /// `iss` is `supabase`, `role` is `service_role` (`anon` is public).
    JwtSupabaseServiceRole = "jwt-supabase-service-role", Refutes;
    /// `iss` is `temporal.io`, with `account_id`.
    JwtTemporalCloud = "jwt-temporal-cloud", Refutes;
    /// `alg` is `EdDSA`.
    JwtEddsa = "jwt-eddsa", Refutes;
    /// Header `cty` begins `twilio-fpa`, `iss` begins `SK`.
    JwtTwilio = "jwt-twilio", Refutes;
    /// Five parts, the header has `alg` and `enc` (RFC 7516).
    Jwe = "jwe", Refutes;
    /// Base64 of a JSON Web Token.
    JwtBase64 = "jwt-base64", Refutes;

    // Base64 of a JSON object with certain members.
    /// Behind `ops_`: `signInAddress` and `secretKey`.
    Json1password = "json-1password", Refutes;
    /// `a` (32 hex), `t` (a UUID) and `s`.
    JsonCloudflareTunnel = "json-cloudflare-tunnel", Refutes;
    /// `k`, `n` and `id`.
    JsonGrafanaLegacy = "json-grafana-legacy", Refutes;
    /// Behind `glc_`: `o` and `k`.
    JsonGrafanaCloud = "json-grafana-cloud", Refutes;
    /// Between `sntrys_` and the last `_`: `url` and `org`.
    JsonSentry = "json-sentry", Refutes;
    /// `v2`.
    JsonConvex = "json-convex", Refutes;
    /// Third part of four: `j` and `s`. Seen, not documented.
    JsonSnyk = "json-snyk", Hints;
    /// Second part: `u` and `id`.
    JsonTinybird = "json-tinybird", Refutes;
    /// Second part: `u` and `a`.
    JsonMapbox = "json-mapbox", Refutes;
    /// Before the `_`: `miro.origin`. Seen, not documented.
    JsonMiro = "json-miro", Hints;

    // Base64 of text of a certain form.
    /// Behind the environment: `key_`, a ULID, `,` and a secret.
    TextWorkos = "text-workos", Refutes;
    /// Behind the environment: text that begins `key_`.
    TextHighnote = "text-highnote", Refutes;
    /// 33 bytes: 12 digits, `:` and 20 bytes; behind `BBDC-` if that is there.
    TextAtlassianDc = "text-atlassian-dc", Refutes;
    /// Behind `ABSK`: text that begins `BedrockAPIKey-`.
    TextAwsBedrock = "text-aws-bedrock", Refutes;
    /// Behind `bedrock-api-key-`: a presigned URL of bedrock.amazonaws.com.
    TextAwsBedrockSession = "text-aws-bedrock-session", Refutes;
    /// Behind the environment: a host name and `$`.
    TextClerk = "text-clerk", Refutes;
    /// Behind the last `_`: text. Seen, not documented.
    TextDevin = "text-devin", Hints;
    /// 20 characters of base64url, `:` and 22 more.
    TextElasticsearch = "text-elasticsearch", Refutes;
    /// `tok:` and an id with underscores.
    TextIntercom = "text-intercom", Refutes;
    /// The first two parts: user name and token name.
    TextJetbrains = "text-jetbrains", Refutes;
    /// `reftkn:`, two digits, `:`, ten digits, `:` and a secret.
    TextJfrogReference = "text-jfrog-reference", Refutes;
    /// 32 hex, `:` and 32 hex.
    TextMailjet = "text-mailjet", Refutes;
    /// 26 letters and digits, `:` and a UUID.
    TextNvidiaNgc = "text-nvidia-ngc", Refutes;
    /// A UUID and `|read` or `|read-write`.
    TextNxCloud = "text-nx-cloud", Refutes;
    /// 30 hex. Seen, not documented.
    TextPlivo = "text-plivo", Hints;
    /// A UUID.
    TextOnesignal = "text-onesignal", Refutes;
    /// First part: the bot's id, 17 to 20 digits.
    TextDiscord = "text-discord", Refutes;
    /// A printable user name, `:` and a printable password (RFC 7617).
    BasicAuth = "basic-auth", Refutes;
    /// Any printable text.
    Base64Text = "base64-text", Refutes;

    // Base64, base32 or hex of bytes of a certain form.
    /// The last 43 characters are 32 bytes: the spare bits of the last one are zero.
    Base64Bytes32 = "base64-32-bytes", Refutes;
    /// What follows the last `_` is canonical base64: the spare bits of the last character are zero.
    Base64Canonical = "base64-canonical", Hints;
    /// 32 bytes, clamped as `wg genkey` does (Curve25519). Other tools leave keys unclamped.
    WireguardKey = "wireguard-key", Hints;
    /// 33 bytes, the first of them the signature version 4. Documented by AWS.
    AwsSesSmtp = "aws-ses-smtp", Refutes;
    /// Version 0x80, a time stamp, an IV, blocks of 16 bytes and an HMAC. Source: the Fernet specification.
    FernetToken = "fernet-token", Refutes;
    /// Blocks of 16 bytes: AES-CBC with the key that Microsoft published (MS-GPPREF).
    GppCpassword = "gpp-cpassword", Refutes;
    /// 158 bytes that begin `Ed`, the key derivation, `B2`. Source: minisign.
    MinisignKey = "minisign-key", Refutes;
    /// 104 bytes that begin `EdBK`. Source: signify.
    SignifyKey = "signify-key", Refutes;
    /// Base32 without padding, of a length that base32 can have. Apps accept other lengths too.
    TotpSecret = "totp-secret", Hints;
    /// The characters behind the prefix carry an account id below 10^12; ids with `I` or `J` there are older
    /// and pass. Found by researchers, not documented.
    AwsKeyId = "aws-key-id", Hints;
    /// StrKey: version 0x90, 32 bytes and their CRC-16/XMODEM. Documented by Stellar (SEP-23).
    StellarSeed = "stellar-seed", Refutes, Proves;
    /// Two prefix bytes, 32 bytes and a CRC-16/XMODEM. Source: NATS nkeys.
    NatsSeed = "nats-seed", Refutes, Proves;
    /// From 95 characters on: a protobuf of version 1, a 32-byte HMAC and the token. Source: Vault.
    VaultServiceToken = "vault-service-token", Refutes;
    /// Behind `pypi-`: a version 2 macaroon with a 32-byte signature. Source: the macaroon format.
    PypiMacaroon = "pypi-macaroon", Refutes;
    /// Hex of a version 2 macaroon whose location is `lnd`.
    LightningMacaroon = "lightning-macaroon", Refutes;
    /// A list of base64 MessagePack arrays, each with its `fm` prefix. The inner form is seen, not documented.
    FlyioMacaroons = "flyio-macaroons", Hints;

    // Wallets and identities.
    /// Last 6 characters: Bech32 check value (BIP-173, without its limit of length); either case, not mixed.
    Bech32 = "bech32", Refutes, Proves;
    /// Base58Check of 0x80 (or 0xEF) and 32 bytes, plus 0x01 where the public key is compressed.
    BitcoinWif = "bitcoin-wif", Refutes, Proves;
    /// Base58Check of a private extended key (BIP-32, versions of SLIP-132).
    BitcoinExtendedKey = "bitcoin-extended-key", Refutes, Proves;
    /// Base58Check in Ripple's alphabet of a 16-byte seed. Documented by the XRP Ledger.
    XrpSeed = "xrp-seed", Refutes, Proves;
    /// Base58Check of an Ed25519 seed or key (`edsk`). Documented by Tezos.
    TezosKey = "tezos-key", Refutes, Proves;
    /// 64 hex: a number from 1 to below the order of secp256k1 (SEC 2).
    Secp256k1Scalar = "secp256k1-scalar", Refutes;

    // Private key blocks and files.
    /// A block whose body is what its label says: PKCS#1, SEC 1, DSA, PKCS#8, OpenSSH, OpenPGP (with its
    /// CRC-24), SSH2, OpenVPN; in clear or encrypted.
    Pem = "pem", Refutes;
    /// As [`Check::Pem`], and not encrypted with a passphrase.
    PemClear = "pem-clear", Refutes;
    /// As [`Check::Pem`], and encrypted with a passphrase.
    PemEncrypted = "pem-encrypted", Refutes;
    /// Base64 of a private key block; it may be cut short.
    Base64Pem = "base64-pem", Refutes;
    /// A PuTTY key file: the members, their numbers of lines, base64 and the length of the MAC.
    PuttyKey = "putty-key", Refutes;
    /// A JSON Web Key with a private member of the length that its type needs (RFC 7517, RFC 7518).
    Jwk = "jwk", Refutes;

    // Other structures.
    /// `T3BlbkFJ`, base64 of the vendor's name, stands in the middle of what follows the prefix.
    OpenaiKey = "openai-key", Refutes;
    /// `WGdyb3FY` stands 20 characters behind the prefix. Seen, not documented.
    GroqKey = "groq-key", Hints;
    /// Cost 04 to 31, 53 characters of bcrypt's base64.
    Bcrypt = "bcrypt", Refutes;
    /// Decodes with the published constant to printable text.
    CiscoType7 = "cisco-type7", Refutes;
    /// Decodes with the published substitution to printable text.
    JuniperType9 = "juniper-type9", Refutes;
    /// Decodes with the published constant to as many printable bytes as it says.
    WinscpPassword = "winscp-password", Hints;
}

#[cfg(test)]
#[path = "check/tests.rs"]
mod tests;
