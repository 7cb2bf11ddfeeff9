//! What this binary was built from, and what it runs on.

use std::ffi::OsStr;

/// Name and version.
pub(crate) fn software() -> String {
    format!("afterimage {}", env!("CARGO_PKG_VERSION"))
}

/// Git commit, where known.
pub(crate) fn commit() -> Option<String> {
    Some(env!("AFTERIMAGE_COMMIT")).filter(|c| !c.is_empty()).map(str::to_owned)
}

/// Operating system and processor.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH)
}

/// The command line. What is not UTF-8 in an argument stands as `\xFF`, its bytes in hexadecimal.
pub(crate) fn command() -> Vec<String> {
    std::env::args_os().map(|argument| readable(&argument)).collect()
}

fn readable(argument: &OsStr) -> String {
    let chunks = argument.as_encoded_bytes().utf8_chunks();
    chunks.fold(String::new(), |mut text, chunk| {
        text += chunk.valid();
        chunk.invalid().iter().for_each(|byte| text += &format!("\\x{byte:02X}"));
        text
    })
}

/// Name of the computer, where the system tells.
pub(crate) fn host() -> String {
    let told =
        ["/proc/sys/kernel/hostname", "/etc/hostname"].iter().find_map(|path| std::fs::read_to_string(path).ok());
    told.or_else(|| std::env::var("COMPUTERNAME").ok())
        .map_or_else(|| "this computer".into(), |name| name.trim().into())
}

/// The time as RFC 3339 in UTC, whole seconds.
pub(crate) fn timestamp() -> String {
    rfc3339(jiff::Timestamp::now())
}

fn rfc3339(time: jiff::Timestamp) -> String {
    format!("{time:.0}")
}

/// Largest resident memory of this process so far in MiB; `None` where the system does not tell.
pub(crate) fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_seconds_in_utc() {
        let at = |millis| rfc3339(jiff::Timestamp::from_millisecond(millis).unwrap());
        assert_eq!((at(0), at(951_827_696_999)), ("1970-01-01T00:00:00Z".into(), "2000-02-29T12:34:56Z".into()));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_of_an_argument_that_is_no_text_are_kept() {
        use std::os::unix::ffi::OsStrExt as _;
        assert_eq!(readable(OsStr::from_bytes(b"caf\xe9/r\xc3\xa9")), "caf\\xE9/r\u{e9}");
        assert_eq!(readable(OsStr::new("run")), "run");
    }
}
