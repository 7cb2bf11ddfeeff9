//! Whether a JPEG is whole: its markers are followed to the end of the image.
//!
//! The decoder fills what is missing of a cut file with grey, and half a grey image is not what was shown. A file that
//! was cut lacks the marker with which the image ends. Marker by marker is the only safe way to it: the last bytes may
//! be padding or further images (MPF), and a thumbnail within the headers ends with the same marker.

const START: [u8; 2] = [0xff, 0xd8];
const BEGIN: u8 = 0xd8;
const END: u8 = 0xd9;

/// Whether bytes begin as a JPEG does.
pub(super) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&START)
}

/// Whether the image that begins with the bytes comes to its end in them.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(START.len()..).unwrap_or_default();
    loop {
        // Within a scan all bytes up to the next marker are data; between segments decoders pass over them too.
        let Some(mark) = rest.iter().position(|&byte| byte == 0xff) else { return false };
        rest = &rest[mark..];
        let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
        let Some((&marker, after)) = rest[fill..].split_first() else { return false };
        rest = match marker {
            END => return true,
            // Another image begins before this one has ended, as where a download that broke off was begun again.
            BEGIN => return false,
            // A data byte of 255, and the markers without a segment: TEM and restarts.
            0x00 | 0x01 | 0xd0..=0xd7 => after,
            _ => {
                let length = after.first_chunk().map_or(0, |raw| usize::from(u16::from_be_bytes(*raw)));
                let Some(after) = after.get(length.max(2)..) else { return false };
                after
            }
        };
    }
}
