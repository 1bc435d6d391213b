//! L2: private key blocks that are valid and open nothing: their numbers are noise.

use super::super::code::Base64;
use super::super::noise::Noise;
use super::der::{BIT_STRING, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE, write, write_integer};
use super::{State, armor, ssh};

/// id-PBES2 (RFC 8018).
const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D];
/// id-Ed25519 (RFC 8410).
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
/// secp256r1 (RFC 5480).
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
/// Characters on a line (RFC 7468 §2).
const LINE: usize = 64;

/// A block with this label; `None` for a label that is no private key's. Where a label says itself whether its
/// key is encrypted, `state` counts for nothing.
pub(super) fn block(label: &str, state: State, noise: &mut Noise) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    match label {
        "OpenVPN Static key V1" => lines.extend((0..16).map(|_| noise.hex(32))),
        "PGP PRIVATE KEY BLOCK" | "TENDERMINT PRIVATE KEY" => {
            // An old-form packet of type 5 with a length of two bytes.
            let (text, value) = armor::encode(&[&[0x95, 0x01, 0x00, 0x04][..], &noise.bytes(255)].concat());
            if label.starts_with("TENDERMINT") {
                lines.push("kdf: bcrypt".to_owned());
            }
            lines.push(String::new());
            lines.extend(wrap(&text));
            lines.push(value);
        }
        _ => {
            let is_old_der = matches!(label, "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY");
            if is_old_der && state == State::Encrypted {
                lines.push("Proc-Type: 4,ENCRYPTED".to_owned());
                lines.push(format!("DEK-Info: AES-128-CBC,{}", noise.hex(32).to_uppercase()));
                lines.push(String::new());
            }
            lines.extend(wrap(&Base64::Standard.write_padded(&bytes(label, state, noise)?)));
        }
    }
    let dashes = if label.starts_with("SSH2") { ("---- ", " ----") } else { ("-----", "-----") };
    let mark = |word: &str| format!("{}{word} {label}{}", dashes.0, dashes.1);
    lines.insert(0, mark("BEGIN"));
    lines.push(mark("END"));
    Some(lines.join("\n"))
}

fn wrap(text: &str) -> impl Iterator<Item = String> {
    text.as_bytes().chunks(LINE).map(|line| String::from_utf8_lossy(line).into_owned())
}

fn bytes(label: &str, state: State, noise: &mut Noise) -> Option<Vec<u8>> {
    let bytes = match label {
        "OPENSSH PRIVATE KEY" => openssh(state, noise),
        "SSH2 ENCRYPTED PRIVATE KEY" => {
            let mut bytes = [ssh::SSH2.to_be_bytes(), 300u32.to_be_bytes()].concat();
            ssh::put(&mut bytes, b"if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}");
            ssh::put(&mut bytes, if state == State::Clear { b"none" } else { b"3des-cbc" });
            ssh::put(&mut bytes, &noise.bytes(224));
            bytes
        }
        "ENCRYPTED PRIVATE KEY" => {
            let algorithm = write(SEQUENCE, &[write(OBJECT_ID, PBES2), write(SEQUENCE, &noise.bytes(60))].concat());
            write(SEQUENCE, &[algorithm, write(OCTET_STRING, &noise.bytes(208))].concat())
        }
        label if label.starts_with("OpenVPN tls-crypt-v2") => noise.bytes(290),
        "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" if state == State::Encrypted => noise.bytes(320),
        "EC PRIVATE KEY" => sec1(noise),
        "DSA PRIVATE KEY" => numbers(&[128, 20, 128, 128, 20], noise),
        "PRIVATE KEY" => {
            let key = write(OCTET_STRING, &write(OCTET_STRING, &noise.bytes(32)));
            write(SEQUENCE, &[write(INTEGER, &[0]), write(SEQUENCE, &write(OBJECT_ID, ED25519)), key].concat())
        }
        label if label.ends_with("PRIVATE KEY") => numbers(&[256, 3, 256, 128, 128, 128, 128, 128], noise),
        _ => return None,
    };
    Some(bytes)
}

/// A sequence of version 0 and positive integers of these lengths in bytes.
fn numbers(lengths: &[usize], noise: &mut Noise) -> Vec<u8> {
    let mut content = write(INTEGER, &[0]);
    for &length in lengths {
        let mut number = noise.bytes(length);
        number[0] |= 0x80;
        content.extend(write_integer(&number));
    }
    write(SEQUENCE, &content)
}

fn sec1(noise: &mut Noise) -> Vec<u8> {
    let curve = write(0xA0, &write(OBJECT_ID, P256));
    let point = write(0xA1, &write(BIT_STRING, &[&[0, 4][..], &noise.bytes(64)].concat()));
    write(SEQUENCE, &[write(INTEGER, &[1]), write(OCTET_STRING, &noise.bytes(32)), curve, point].concat())
}

fn openssh(state: State, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = ssh::OPENSSH.to_vec();
    let is_clear = state == State::Clear;
    ssh::put(&mut bytes, if is_clear { b"none" } else { b"aes256-ctr" });
    ssh::put(&mut bytes, if is_clear { b"none" } else { b"bcrypt" });
    ssh::put(&mut bytes, &if is_clear { Vec::new() } else { noise.bytes(24) });
    bytes.extend(1u32.to_be_bytes());
    let mut public = Vec::new();
    ssh::put(&mut public, b"ssh-ed25519");
    ssh::put(&mut public, &noise.bytes(32));
    ssh::put(&mut bytes, &public);
    let check = noise.bytes(4);
    ssh::put(&mut bytes, &[&check[..], &check, &noise.bytes(136)].concat());
    bytes
}
