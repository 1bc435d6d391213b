//! L2: check values that are a Marvin32 hash: the keys that Azure issues since 2021.
//!
//! Marvin32 is the hash of .NET's strings (patent US 8,555,389; `marvin32.c` of Microsoft's crypto library). Microsoft publishes the
//! seeds and places in its security utilities: a seed is eight ASCII characters that name the kind of key.

use super::code::{BASE62, Base64, from_base64, is_canonical_base64, sextet, unpadded, write_digits};
use crate::rules::check::Check;

/// How one kind of key carries its check value: in the last 4 of its bytes.
struct Kind {
    /// Base64 characters just before the check value.
    signature: &'static [u8],
    /// Seeds, one of which was used.
    seeds: &'static [&'static [u8; 8]],
}

/// Send, listen and manage.
const MESSAGING: &[&[u8; 8]] = &[b"Send0000", b"Listen00", b"Manage00"];
const COSMOSDB: &[&[u8; 8]] = &[b"MastRW00", b"MastRO00", b"SystRW00", b"SystRO00", b"SysAll00", b"Resour00", b"Encryp00"];

fn kind(check: Check) -> Option<Kind> {
    let (signature, seeds): (&[u8], &'static [&'static [u8; 8]]) = match check {
        Check::AzureMarvin32Storage => (b"+ASt", &[b"Default0"]),
        Check::AzureMarvin32Batch => (b"+ABa", &[b"AbAcct00"]),
        Check::AzureMarvin32Cosmosdb => (b"ACDb", COSMOSDB),
        Check::AzureMarvin32MlClassic => (b"+AMC", &[b"Classic0"]),
        Check::AzureMarvin32ContainerRegistry => (b"+ACR", &[b"ACRDflt0"]),
        Check::AzureMarvin32Eventgrid => (b"AZEG", &[b"SendRecv"]),
        Check::AzureMarvin32Eventhub => (b"+AEh", MESSAGING),
        Check::AzureMarvin32Relay => (b"+ARm", MESSAGING),
        Check::AzureMarvin32Servicebus => (b"+ASb", MESSAGING),
        Check::AzureMarvin32Iothub => (b"AIoT", &[b"IoTHub00"]),
        Check::AzureMarvin32IotDevice => (b"AIoT", &[b"Device00"]),
        Check::AzureMarvin32IotProvisioning => (b"AIoT", &[b"DpsKey00"]),
        Check::AzureMarvin32Search => (b"AzSe", &[b"PAdmin00", b"Query000"]),
        Check::AzureMarvin32Function => (b"AzFu", &[b"Functi00", b"Master00", b"System00"]),
        Check::AzureMarvin32Redis => (b"AzCa", &[b"Access00"]),
        Check::AzureMarvin32ApimSubscription => (b"APIM", &[b"IoTHub00"]),
        Check::AzureMarvin32ApimGateway => (b"APIM", &[b"Gatewy00"]),
        Check::AzureMarvin32ApimRepository => (b"APIM", &[b"GitKey00"]),
        Check::AzureMarvin32ApimDirectManagement => (b"APIM", &[b"Tenant00"]),
        _ => return None,
    };
    Some(Kind { signature, seeds })
}

/// Whether the check value is right.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::AzureEntraSecret => entra(token).is_none_or(|text| token.ends_with(&text)),
        Check::AzureCommonAnnotated => annotated(token).is_some_and(|words| words.iter().any(|word| token[ANNOTATED..] == word[..])),
        _ => kind(check).is_some_and(|kind| key(&kind, token)),
    }
}

/// Writes the right check value.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    match check {
        Check::AzureEntraSecret => seal_tail(token, entra),
        Check::AzureCommonAnnotated => seal_tail(token, |token| annotated(token).map(|words| words[0].clone())),
        _ => kind(check).is_some_and(|kind| seal_key(check, &kind, token)),
    }
}

/// Marvin32 of the data, its 64 bits folded into 32.
pub(super) fn marvin32(data: &[u8], seed: u64) -> u32 {
    let [low, high] = marvin64(data, seed);
    low ^ high
}

/// Marvin32 before folding: the low and the high half.
fn marvin64(data: &[u8], seed: u64) -> [u32; 2] {
    let seed = seed.to_le_bytes();
    let half = |at: usize| u32::from_le_bytes([seed[at], seed[at + 1], seed[at + 2], seed[at + 3]]);
    let mut state = [half(0), half(4)];
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state[0] = state[0].wrapping_add(u32::from_le_bytes(*word));
        mix(&mut state);
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    state[0] = state[0].wrapping_add(u32::from_le_bytes(last));
    mix(&mut state);
    mix(&mut state);
    state
}

fn mix([low, high]: &mut [u32; 2]) {
    *high ^= *low;
    *low = low.rotate_left(20).wrapping_add(*high);
    *high = high.rotate_left(9) ^ *low;
    *low = low.rotate_left(27).wrapping_add(*high);
    *high = high.rotate_left(19);
}

/// Whether a key has its kind's signature and check value.
fn key(kind: &Kind, token: &[u8]) -> bool {
    let text = unpadded(token);
    let signed = text.len().checked_sub(6).is_some_and(|at| text[..at].ends_with(kind.signature));
    let Some(bytes) = (signed && is_canonical_base64(text)).then(|| from_base64(text)).flatten() else { return false };
    bytes
        .split_last_chunk::<4>()
        .is_some_and(|(covered, value)| kind.seeds.iter().any(|seed| marvin32(covered, u64::from_be_bytes(**seed)).to_le_bytes() == *value))
}

fn seal_key(check: Check, kind: &Kind, token: &mut Vec<u8>) -> bool {
    let alphabet = if check == Check::AzureMarvin32Function { Base64::Url } else { Base64::Standard };
    let only_alphanumeric = check == Check::AzureMarvin32Search;
    let Some(mut bytes) = from_base64(token).filter(|bytes| bytes.len() > 4) else { return false };
    let checked = bytes.len() - 4;
    // Where a kind keeps to letters and digits, its issuer tries until the check value does too.
    for _ in 0..=u8::MAX {
        let value = marvin32(&bytes[..checked], u64::from_be_bytes(*kind.seeds[0])).to_le_bytes();
        bytes[checked..].copy_from_slice(&value);
        if !only_alphanumeric || alphabet.write(&bytes).bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let all = 0..token.len();
            alphabet.splice(token, all, &bytes);
            return key(kind, token);
        }
        bytes[0] = bytes[0].wrapping_add(1);
    }
    false
}

/// The 66 characters in which Entra writes a number.
const ENTRA: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// The last 3 characters that a client secret has to have; `None` where its kind carries no check value.
fn entra(token: &[u8]) -> Option<Vec<u8>> {
    let covered = token.len().checked_sub(3)?;
    if token.get(3..6) != Some(b"8Q~") {
        return None;
    }
    let mut digits = [0; 6];
    write_digits(marvin32(&token[..covered], u64::from_be_bytes(*b"AadPwd00")), ENTRA, &mut digits);
    Some(digits[..3].to_vec())
}

/// Number of characters before the check value of a common annotated key.
const ANNOTATED: usize = 80;

/// What may follow the 80 characters: the check value in base62, and (older) in base64. As many characters as
/// the token's own form has: 4, or 6 and `==`.
fn annotated(token: &[u8]) -> Option<[Vec<u8>; 2]> {
    let tail = unpadded(token).len().checked_sub(ANNOTATED).filter(|tail| matches!(tail, 4 | 6))?;
    let covered = from_base64(&token[..ANNOTATED])?;
    let value = marvin32(&covered, u64::from_be_bytes(*b"Default0")).to_le_bytes();
    let mut base62 = base62_of_bytes(value);
    // The issuer's base64 encoder leaves only the two bits of the sixth character that belong to a byte.
    base62[5] = b"AQgw"[usize::from(sextet(base62[5]).unwrap_or(0) >> 4)];
    let plain = Base64::Standard.write(if tail == 4 { &value[..3] } else { &value });
    let pad: &[u8] = if tail == 6 { b"==" } else { b"" };
    Some([[&base62[..tail], pad].concat(), [plain.as_bytes(), pad].concat()])
}

/// Base62 as the issuer's library writes 4 bytes: a big-endian number, a `0` for each zero byte before it,
/// filled on the right to 6 characters.
fn base62_of_bytes(bytes: [u8; 4]) -> [u8; 6] {
    let mut text = [b'0'; 6];
    let zeros = bytes.iter().take(3).take_while(|&&byte| byte == 0).count();
    let number = u32::from_be_bytes(bytes);
    let length = (1..6).find(|&length| number < 62u32.pow(length)).unwrap_or(6) as usize;
    write_digits(number, BASE62, &mut text[zeros..zeros + length]);
    text
}

fn seal_tail(token: &mut [u8], tail: impl Fn(&[u8]) -> Option<Vec<u8>>) -> bool {
    let Some(tail) = tail(token) else { return false };
    let at = token.len() - tail.len();
    token[at..].copy_from_slice(&tail);
    true
}

#[cfg(test)]
mod tests {
    use super::{base62_of_bytes, marvin32, marvin64, verify};
    use crate::rules::check::Check;

    fn hash(data: &[u8], seed: u64) -> u64 {
        let [low, high] = marvin64(data, seed);
        u64::from(high) << 32 | u64::from(low)
    }

    #[test]
    fn symcrypt_vectors() {
        assert_eq!(hash(b"abc", 0xd53c_d9ce_cd08_93b7), 0x22c7_4339_4927_69bf);
        assert_eq!(hash(b"abcdefghijklmnopqrstuvwxyz", 0x0ddd_deee_efff_f000), 0xa128_eb7e_7260_aca2);
    }

    #[test]
    fn vectors_of_every_length_up_to_two_words() {
        let seed = 0x004f_b61a_001b_dbcc;
        for (data, expected) in [
            (&b""[..], 0x30ed_35c1_00cd_3c7d),
            (b"\xaf", 0x48e7_3fc7_7d75_ddc1),
            (b"\xe7\x0f", 0xb5f6_e1fc_485d_bff8),
            (b"\x37\xf4\x95", 0xf0b0_7c78_9b8c_f7e8),
            (b"\x86\x42\xdc\x59", 0x7008_f2e8_7e9c_f556),
            (b"\x15\x3f\xb7\x98\x26", 0xe6c0_8c6d_a2af_a997),
            (b"\x09\x32\xe6\x24\x6c\x47", 0x6f04_bf1a_5ea2_4060),
            (b"\xab\x42\x7e\xa8\xd1\x0f\xc7", 0xe118_47e4_f067_8c41),
        ] {
            assert_eq!(hash(data, seed), expected);
        }
        assert_eq!(hash(b"\x00\xff\x00\xff\x00\xff\x00", 0x804f_b61a_801b_dbcc), 0x7187_6f2e_fb1b_0ee8);
        assert_eq!(marvin32(b"", seed), 0x30ed_35c1 ^ 0x00cd_3c7d);
    }

    #[test]
    fn an_entra_secret_of_one_repeated_letter_has_the_published_check_value() {
        let secret = ["zzz8Q~", &"z".repeat(31), "blP"].concat();
        assert!(verify(Check::AzureEntraSecret, secret.as_bytes()));
        assert!(!verify(Check::AzureEntraSecret, secret.replace("blP", "blQ").as_bytes()));
        assert!(verify(Check::AzureEntraSecret, ["zzz7Q~", &"z".repeat(31)].concat().as_bytes()));
    }

    #[test]
    fn base62_of_bytes_fills_on_the_right() {
        assert_eq!(&base62_of_bytes([0xff; 4]), b"4gfFC3");
        assert_eq!(&base62_of_bytes([0, 0, 0, 61]), b"000z00");
        assert_eq!(&base62_of_bytes([0, 0, 0, 0]), b"000000");
        assert_eq!(&base62_of_bytes([0, 1, 0, 0]), b"0H3200");
    }
}
