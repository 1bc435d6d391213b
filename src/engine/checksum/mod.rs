//! L2: offline checks: whether a secret is what it looks like, told by a check value or a decodable structure
//! with no key and no network. [`Check`] names them and says how each is known; each family has a file here.

mod base32;
mod base58;
mod bech32;
mod bytes;
mod code;
mod crc32;
mod jwt;
mod keyfile;
mod macaroon;
mod marks;
mod marvin;
mod noise;
mod pem;
mod reversible;
mod wrapped;

pub use base32::is_public_in_base32;

use crate::rules::check::Check;

/// Whether `token`, all of it, passes the check.
///
/// A pure function in time linear in the token (base58: of at most 128 characters), for any bytes. The token is what the
/// rule's format matches, prefix included; for blocks and files it is their whole text.
#[must_use]
pub fn verify(check: Check, token: &[u8]) -> bool {
    let (verify, _) = family(check);
    verify(check, token)
}

/// Whether a block that fails this check is a private key that is damaged.
#[must_use]
pub(super) fn is_damaged(check: Check, block: &[u8]) -> bool {
    pem::is_damaged(check, block)
}

/// Makes a generated token of the check's format pass the check, for examples: overwrites the check characters, or
/// replaces the body by a valid structure. Where the structure needs more room, the token becomes longer. The result
/// depends on the token alone, and opens nothing.
///
/// `false`, with the token in any state, where the token has not the check's format (too short, a prefix missing, a
/// character outside the alphabet): every check can be sealed.
#[must_use]
pub fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let (verify, seal) = family(check);
    verify(check, token) || (seal(check, token) && verify(check, token))
}

type Family = (fn(Check, &[u8]) -> bool, fn(Check, &mut Vec<u8>) -> bool);

/// The functions of a check's family.
fn family(check: Check) -> Family {
    match check {
        Check::GithubCrc32
        | Check::GithubRefreshCrc32
        | Check::GithubFineGrained
        | Check::VercelCrc32
        | Check::MatrixCrc32
        | Check::AtlassianCrc32
        | Check::CloudflareCrc32
        | Check::ZuploCrc32
        | Check::GrafanaCrc32
        | Check::GitlabRoutable
        | Check::ConfluentCrc32
        | Check::AzureDevopsPat => (crc32::verify, |check, token| crc32::seal(check, token)),
        Check::AzureMarvin32Storage
        | Check::AzureMarvin32Batch
        | Check::AzureMarvin32Cosmosdb
        | Check::AzureMarvin32MlClassic
        | Check::AzureMarvin32ContainerRegistry
        | Check::AzureMarvin32Eventgrid
        | Check::AzureMarvin32Eventhub
        | Check::AzureMarvin32Relay
        | Check::AzureMarvin32Servicebus
        | Check::AzureMarvin32Iothub
        | Check::AzureMarvin32IotDevice
        | Check::AzureMarvin32IotProvisioning
        | Check::AzureMarvin32Search
        | Check::AzureMarvin32Function
        | Check::AzureMarvin32ApimSubscription
        | Check::AzureMarvin32ApimGateway
        | Check::AzureMarvin32ApimRepository
        | Check::AzureMarvin32ApimDirectManagement
        | Check::AzureMarvin32Redis
        | Check::AzureCommonAnnotated
        | Check::AzureEntraSecret => (marvin::verify, marvin::seal),
        Check::Jwt
        | Check::Jwt1passwordConnect
        | Check::JwtAdobeIms
        | Check::JwtArgocd
        | Check::JwtAuth0
        | Check::JwtAzureEntra
        | Check::JwtCalendly
        | Check::JwtJfrog
        | Check::JwtKubernetes
        | Check::JwtScalr
        | Check::JwtSupabaseServiceRole
        | Check::JwtTemporalCloud
        | Check::JwtEddsa
        | Check::JwtTwilio
        | Check::Jwe
        | Check::JwtBase64 => (jwt::verify, jwt::seal),
        Check::Json1password
        | Check::JsonCloudflareTunnel
        | Check::JsonGrafanaLegacy
        | Check::JsonGrafanaCloud
        | Check::JsonSentry
        | Check::JsonConvex
        | Check::JsonSnyk
        | Check::JsonTinybird
        | Check::JsonMapbox
        | Check::JsonMiro
        | Check::TextWorkos
        | Check::TextHighnote
        | Check::TextAtlassianDc
        | Check::TextAwsBedrock
        | Check::TextAwsBedrockSession
        | Check::TextClerk
        | Check::TextDevin
        | Check::TextElasticsearch
        | Check::TextIntercom
        | Check::TextJetbrains
        | Check::TextJfrogReference
        | Check::TextMailjet
        | Check::TextNvidiaNgc
        | Check::TextNxCloud
        | Check::TextPlivo
        | Check::TextOnesignal
        | Check::TextDiscord
        | Check::BasicAuth
        | Check::Base64Text => (wrapped::verify, wrapped::seal),
        Check::Base64Bytes32
        | Check::Base64Canonical
        | Check::WireguardKey
        | Check::AwsSesSmtp
        | Check::FernetToken
        | Check::GppCpassword
        | Check::MinisignKey
        | Check::SignifyKey => (bytes::verify, bytes::seal),
        Check::TotpSecret | Check::AwsKeyId | Check::StellarSeed | Check::NatsSeed => (base32::verify, base32::seal),
        Check::VaultServiceToken | Check::PypiMacaroon | Check::LightningMacaroon | Check::FlyioMacaroons => {
            (macaroon::verify, macaroon::seal)
        }
        Check::Bech32 => (bech32::verify, |check, token| bech32::seal(check, token)),
        Check::BitcoinWif | Check::BitcoinExtendedKey | Check::XrpSeed | Check::TezosKey => (base58::verify, base58::seal),
        Check::Pem | Check::PemClear | Check::PemEncrypted | Check::Base64Pem => (pem::verify, pem::seal),
        Check::PuttyKey | Check::Jwk => (keyfile::verify, keyfile::seal),
        Check::OpenaiKey | Check::GroqKey | Check::Bcrypt | Check::Secp256k1Scalar => (marks::verify, marks::seal),
        Check::CiscoType7 | Check::JuniperType9 | Check::WinscpPassword => (reversible::verify, reversible::seal),
    }
}

#[cfg(test)]
mod tests;
