//! Downloads of published files over HTTPS, if the build has them.

use std::path::Path;

use super::{Entry, Progress};
use crate::{ModelError, Result};

/// Downloads the first file of an entry to `path`; no partial file is left on failure.
#[cfg(feature = "download")]
pub(super) fn download(entry: &Entry, path: &Path, progress: Progress<'_>) -> Result<()> {
    let done = client::fetch(entry.url(), true, path, progress);
    if done.is_err() {
        let _ = std::fs::remove_file(path);
    }
    done.map_err(|detail| refused(entry, detail))
}

#[cfg(not(feature = "download"))]
pub(super) fn download(entry: &Entry, _: &Path, _: Progress<'_>) -> Result<()> {
    Err(refused(entry, "this build has no \"download\" feature".to_owned()))
}

fn refused(entry: &Entry, detail: String) -> ModelError {
    let (name, url) = (entry.kind.name(), entry.url());
    ModelError::Download {
        what: url.to_owned(),
        detail,
        hint: format!("fetch it elsewhere and run `afterimage weights get {name} --from FILE`"),
    }
}

#[cfg(feature = "download")]
mod client {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::time::Duration;

    use super::Progress;

    /// Larger answers are not weights of a known network.
    const MOST: u64 = 2 << 30;
    /// For a connection, and for the beginning of an answer.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Writes the content of an address to a file.
    pub(super) fn fetch(url: &str, https_only: bool, path: &Path, progress: Progress<'_>) -> Result<(), String> {
        let text = |error: std::io::Error| error.to_string();
        let config = ureq::Agent::config_builder()
            .https_only(https_only)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .build();
        let answer = ureq::Agent::new_with_config(config).get(url).call().map_err(|error| error.to_string())?;
        let body = answer.into_body();
        let total = body.content_length();
        let mut reader = body.into_with_config().limit(MOST).reader();
        let mut file = File::create(path).map_err(text)?;
        let (mut buffer, mut done) = (vec![0; 1 << 20], 0);
        loop {
            let n = reader.read(&mut buffer).map_err(text)?;
            if n == 0 {
                break;
            }
            file.write_all(&buffer[..n]).map_err(text)?;
            done += n as u64;
            progress(done, total.unwrap_or(done));
        }
        if total.is_some_and(|total| total != done) {
            return Err(format!("the answer ended after {done} of {} bytes", total.unwrap_or_default()));
        }
        file.sync_all().map_err(text)
    }
}

#[cfg(all(test, feature = "download"))]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use afterimage_config::BackboneKind;

    /// A server that answers once, and its address.
    fn serve(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        });
        format!("http://{address}/weights.pth")
    }

    #[test]
    fn answer_is_written_whole_and_a_cut_one_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("weights.pth");
        let whole = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nbytes");
        let mut seen = (0, 0);
        client::fetch(&whole, false, &path, &mut |done, total| seen = (done, total)).expect("five bytes");
        assert_eq!((std::fs::read(&path).expect("the file"), seen), (b"bytes".to_vec(), (5, 5)));
        let cut = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nbytes");
        assert!(client::fetch(&cut, false, &path, &mut |_, _| {}).is_err());
    }

    #[test]
    fn plain_http_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes");
        let error = client::fetch(&plain, true, &folder.path().join("weights.pth"), &mut |_, _| {});
        assert!(error.expect_err("no encryption").contains("https"));
    }

    #[test]
    fn failed_download_says_what_to_fetch_elsewhere() {
        let entry = crate::weights::entry(BackboneKind::Vgg19).expect("VGG19 is fetched");
        let message = refused(entry, "no network".to_owned()).to_string();
        assert!(message.contains("vgg19-dcbb9e9d.pth") && message.contains("--from FILE"), "{message}");
    }
}
