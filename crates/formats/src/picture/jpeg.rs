//! Checks that a JPEG is complete by following its markers to the end of the image.
//!
//! The decoder fills the missing part of a truncated file with grey, which is not what was shown. A truncated file
//! lacks the end-of-image marker. Following the markers is the only safe way to find it: the last bytes may be padding
//! or further images (MPF), and a thumbnail in the headers ends with the same marker.

const START: [u8; 2] = [0xff, 0xd8];
const BEGIN: u8 = 0xd8;
const END: u8 = 0xd9;

/// True if bytes begin with the JPEG magic.
pub(super) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&START)
}

/// True if the bytes contain the whole image.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(START.len()..).unwrap_or_default();
    loop {
        // Within a scan all bytes up to the next marker are data; between segments decoders skip them.
        let Some(mark) = rest.iter().position(|&byte| byte == 0xff) else { return false };
        rest = &rest[mark..];
        let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
        let Some((&marker, after)) = rest[fill..].split_first() else { return false };
        rest = match marker {
            END => return true,
            // Another image begins before this one has ended, as after a restarted download.
            BEGIN => return false,
            // A data byte of 255, and markers without a segment: TEM and restarts.
            0x00 | 0x01 | 0xd0..=0xd7 => after,
            _ => {
                let length = after.first_chunk().map_or(0, |raw| usize::from(u16::from_be_bytes(*raw)));
                let Some(after) = after.get(length.max(2)..) else { return false };
                after
            }
        };
    }
}
