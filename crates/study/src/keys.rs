//! Random tokens, and `keys.toml`, which proves them.
//!
//! Tokens are 128 random bits in hexadecimal. The study stores an Argon2id hash of the admin token and a proof by its
//! secret key, and SHA-256 hashes of participants' tokens. Tokens are never logged.

use afterimage_formats::digest::hex;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Result, StudyError, StudyFolder, folder, private};

/// Letters of codes that people read and type; no two look alike.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The keys of a study.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The study's part of its link.
    pub study: String,
    /// Key of the proofs in forms.
    secret: String,
    /// Argon2id hash of the admin token, in PHC form.
    admin: String,
    /// Proof of the admin token, which is fast to check; missing in studies of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    admin_proof: Option<String>,
}

/// Purpose of the proof of the admin token.
const ADMIN: &str = "admin";

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Creates keys, and returns the admin token, which is not stored.
    ///
    /// # Errors
    /// [`StudyError::Random`].
    pub fn new() -> Result<(Self, String)> {
        let admin_token = token()?;
        let hash = Argon2::default()
            .hash_password(admin_token.as_bytes())
            .map_err(|error| StudyError::Random { message: error.to_string() })?;
        let secret = format!("{}{}", token()?, token()?);
        let mut keys = Self { study: token()?, secret, admin: hash.to_string(), admin_proof: None };
        keys.admin_proof = Some(keys.proof(ADMIN, &admin_token));
        Ok((keys, admin_token))
    }

    /// Writes `keys.toml`, readable only by the owner.
    ///
    /// # Errors
    /// [`StudyError::Io`].
    pub fn write(&self, study: &StudyFolder) -> Result<()> {
        let text = format!(
            "# Anyone who has this file can act as the study. It does not contain the admin token.\n{}",
            toml::to_string(self).unwrap_or_default()
        );
        private::write(&study.keys_file(), text.as_bytes())
    }

    /// Reads `keys.toml`.
    ///
    /// # Errors
    /// [`StudyError::Io`], [`StudyError::File`].
    pub fn read(study: &StudyFolder) -> Result<Self> {
        let path = study.keys_file();
        let text = folder::read(&path)?;
        // The message of the parser may quote a key, so it is dropped.
        let keys: Option<Self> = toml::from_str(&text).ok();
        keys.filter(|keys| is_token(&keys.study) && keys.secret.len() == 64).ok_or_else(|| StudyError::File {
            path,
            message: "does not contain the keys of a study: restore it from a backup, or create the study again".into(),
        })
    }

    /// Proof that a form was made by this server for this token and purpose: HMAC-SHA256, the first 128 bits.
    pub fn proof(&self, purpose: &str, token: &str) -> String {
        hex(&self.mac(purpose, token).finalize().into_bytes()[..16])
    }

    /// True if a proof is correct, in constant time.
    pub fn proves(&self, proof: &str, purpose: &str, token: &str) -> bool {
        let bytes = unhex(proof).filter(|bytes| bytes.len() == 16);
        bytes.is_some_and(|bytes| self.mac(purpose, token).verify_truncated_left(&bytes).is_ok())
    }

    fn mac(&self, purpose: &str, token: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any length of key");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(token.as_bytes());
        mac
    }

    /// Fast check of the admin token in constant time; `None` in a study of an earlier version, which needs
    /// [`Keys::is_admin`].
    pub fn is_admin_at_once(&self, token: &str) -> Option<bool> {
        self.admin_proof.as_ref().map(|proof| self.proves(proof, ADMIN, token))
    }

    /// True if this is the admin token. Takes tens of milliseconds by design if the fast check is not available.
    pub fn is_admin(&self, token: &str) -> bool {
        self.is_admin_at_once(token).unwrap_or_else(|| self.is_admin_by_hash(token))
    }

    fn is_admin_by_hash(&self, token: &str) -> bool {
        PasswordHash::new(&self.admin)
            .is_ok_and(|hash| Argon2::default().verify_password(token.as_bytes(), &hash).is_ok())
    }
}

/// A new token: 128 random bits.
///
/// # Errors
/// [`StudyError::Random`].
pub fn token() -> Result<String> {
    Ok(hex(&random::<16>()?))
}

/// True if this has the form of a token.
pub fn is_token(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Hash of a participant's token, as stored in the database.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A code that people can read out: ten letters, 50 random bits, as in `7F3KQ-2M8XW`.
///
/// # Errors
/// [`StudyError::Random`].
pub fn code() -> Result<String> {
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let letters: String = random::<10>()?.iter().map(letter).collect();
    Ok(format!("{}-{}", &letters[..5], &letters[5..]))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| StudyError::Random { message: error.to_string() })?;
    Ok(bytes)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn proofs_hold_for_their_token_and_purpose_alone() {
        let (keys, _) = Keys::new().unwrap();
        let proof = keys.proof("answer", "abc");
        assert!(keys.proves(&proof, "answer", "abc"));
        assert!(!keys.proves(&proof, "start", "abc") && !keys.proves(&proof, "answer", "xyz"));
        for bad in ["", "00", "zz", "é", &proof[..30], &format!("{proof}00")] {
            assert!(!keys.proves(bad, "answer", "abc"), "{bad}");
        }
        assert!(!Keys::new().unwrap().0.proves(&proof, "answer", "abc"));
    }

    #[test]
    fn file_keeps_a_hash_of_the_admin_token_for_the_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let study = StudyFolder::new(folder.path());
        let (keys, admin) = Keys::new().unwrap();
        keys.write(&study).unwrap();
        let text = fs::read_to_string(study.keys_file()).unwrap();
        assert!(!text.contains(&admin) && text.contains("$argon2id$"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(study.keys_file()).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let read = Keys::read(&study).unwrap();
        assert!(read.is_admin(&admin) && !read.is_admin(&token().unwrap()) && !read.is_admin(""));
        assert_eq!(read.is_admin_at_once(&admin), Some(true));
        // Without the proof, as in a study of an earlier version, the hash tells.
        let earlier: String =
            text.lines().filter(|line| !line.starts_with("admin_proof")).collect::<Vec<_>>().join("\n");
        fs::write(study.keys_file(), earlier).unwrap();
        let earlier = Keys::read(&study).unwrap();
        assert!(earlier.is_admin(&admin) && !earlier.is_admin(&token().unwrap()));
        assert_eq!(earlier.is_admin_at_once(&admin), None);
        assert_eq!(format!("{read:?}"), "Keys");
    }

    #[test]
    fn damaged_keys_are_refused_without_being_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let study = StudyFolder::new(folder.path());
        fs::write(study.keys_file(), "secret = \"hush\"").unwrap();
        let said = Keys::read(&study).unwrap_err().to_string();
        assert!(said.contains("keys.toml") && !said.contains("hush"), "{said}");
    }

    #[test]
    fn tokens_differ_and_have_their_form() {
        let (a, b) = (token().unwrap(), token().unwrap());
        assert!(a != b && is_token(&a) && !is_token("../etc/passwd") && !is_token(&a.to_uppercase()));
        assert_eq!(code().unwrap().len(), 11);
    }
}
