//! Gzip streams, read to the end so that the checksum is verified.
//!
//! A decoder verifies the checksum only when it reads past the last byte. Code that reads a known number of bytes must
//! call [`finish`] after the last of them; otherwise damaged values go unnoticed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::{Error, Result};

/// Magic bytes of a gzip file.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Treatment of bytes after the last member that are neither zeros nor a further member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Ignored, as by gzip(1): for a reader that checks the expected length itself.
    Ignored,
    /// Refused, for a reader that takes all bytes: they may be a damaged member.
    Refused,
}

/// A gzip file of one or several members; zeros after a member are padding, as on tapes and block devices.
pub(crate) struct Gzip<R> {
    member: Option<GzDecoder<R>>,
    tail: Tail,
}

impl<R: BufRead> Gzip<R> {
    pub(crate) fn new(packed: R, tail: Tail) -> Self {
        Self { member: Some(GzDecoder::new(packed)), tail }
    }

    /// The member after `rest`, if any.
    fn following(&self, mut rest: R) -> io::Result<Option<GzDecoder<R>>> {
        loop {
            let buffer = rest.fill_buf()?;
            let zeros = buffer.iter().take_while(|&&byte| byte == 0).count();
            match buffer.get(zeros) {
                Some(&byte) if byte == MAGIC[0] => {}
                Some(_) if self.tail == Tail::Ignored => return Ok(None),
                Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes that are not gzip follow it")),
                None if zeros == 0 => return Ok(None),
                None => {
                    rest.consume(zeros);
                    continue;
                }
            }
            rest.consume(zeros);
            return Ok(Some(GzDecoder::new(rest)));
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            // After an error no member follows: its start is unknown.
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                self.member = Some(member);
                return Ok(read);
            }
            self.member = self.following(member.into_inner())?;
        }
        Ok(0)
    }
}

/// True if a file has the gzip magic, whatever its name.
pub(crate) fn is_packed(path: &Path) -> Result<bool> {
    let mut start = [0; 2];
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    Ok(file.read_exact(&mut start).is_ok() && start == MAGIC)
}

/// True if bytes begin with the gzip magic.
pub(crate) fn starts_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Opens a gzip file.
pub(crate) fn open(path: &Path, tail: Tail) -> Result<Gzip<BufReader<File>>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    Ok(Gzip::new(BufReader::with_capacity(1 << 16, file), tail))
}

/// Reads and drops the rest of a gzip stream, so that its checksum is verified.
///
/// # Errors
/// Errors of the decoder, such as a checksum mismatch.
pub(crate) fn finish(stream: &mut (impl Read + ?Sized)) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(drop)
}

/// The first `most` bytes of a file, unpacked if it is gzipped. Their checksum is not verified.
pub(crate) fn first_bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if is_packed(path)? {
        open(path, Tail::Ignored)?.take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).map_err(Error::io("open", path))?.take(most).read_to_end(&mut bytes)
    };
    match read {
        // The bytes before the damage may be enough.
        Err(error) if bytes.is_empty() => Err(Error::io("read", path)(error)),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    /// A reader that gives one byte at a time meets every boundary.
    fn unpacked(packed: &[u8], tail: Tail, buffer: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Gzip::new(BufReader::with_capacity(buffer, packed), tail).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn members_and_padding_are_read_as_gzip_does() {
        let members = [member(b"one "), member(b""), member(b"two")].concat();
        let padded = [&members[..], &[0; 700]].concat();
        let apart = [member(b"one "), vec![0; 512], member(b"two")].concat();
        for buffer in [1, 3, 1 << 16] {
            for file in [&members, &padded, &apart] {
                assert_eq!(unpacked(file, Tail::Refused, buffer).unwrap(), b"one two");
            }
        }
    }

    #[test]
    fn what_is_not_gzip_is_ignored_or_refused() {
        let file = [&member(b"one")[..], b"\0\0rest"].concat();
        assert_eq!(unpacked(&file, Tail::Ignored, 4).unwrap(), b"one");
        assert!(unpacked(&file, Tail::Refused, 4).unwrap_err().to_string().contains("not gzip"));
    }

    #[test]
    fn damage_in_any_member_is_an_error_once_the_rest_is_read() {
        let (first, second) = (member(b"one "), member(b"two"));
        for at in [first.len() - 8, first.len() - 4, first.len() + second.len() - 5] {
            let mut file = [&first[..], &second].concat();
            file[at] ^= 1;
            let mut stream = Gzip::new(file.as_slice(), Tail::Ignored);
            let mut start = [0; 3];
            stream.read_exact(&mut start).unwrap();
            assert_eq!(&start, b"one");
            assert!(finish(&mut stream).is_err(), "{at}");
        }
        let cut = [&first[..], &second[..second.len() - 1]].concat();
        assert!(unpacked(&cut, Tail::Ignored, 4).is_err());
    }
}
