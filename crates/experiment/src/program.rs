//! Who runs an experiment: the program, what it runs on, and what it is told of.

use std::ffi::OsStr;
use std::sync::Arc;

use afterimage_train::Observer;

/// The caller of an experiment.
#[derive(Clone)]
pub struct Caller {
    /// What the folder of a run says of the program that wrote it.
    pub program: Program,
    /// Receives progress and notes, and may request a stop.
    pub observer: Arc<dyn Observer + Send>,
}

impl Caller {
    /// A program that runs in this process.
    pub fn new(program: Program, observer: impl Observer + Send + 'static) -> Self {
        Self { program, observer: Arc::new(observer) }
    }
}

/// A program, as `run.json` and the lock of a run name it.
#[derive(Debug, Clone)]
pub struct Program {
    /// Name and version.
    pub software: String,
    /// Git commit, if known.
    pub commit: Option<String>,
    /// The command line. What is not UTF-8 in an argument stands as `\xFF`, its bytes in hexadecimal.
    pub command: Vec<String>,
    /// Name of the computer.
    pub host: String,
    /// Operating system and processor.
    pub machine: String,
}

impl Program {
    /// This process under a name with a version, such as `"afterimage 0.1.0"`.
    pub fn new(software: impl Into<String>, commit: Option<String>) -> Self {
        let command = std::env::args_os().map(|argument| readable(&argument)).collect();
        Self { software: software.into(), commit, command, host: host(), machine: machine() }
    }
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH)
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
fn host() -> String {
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
