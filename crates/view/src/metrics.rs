//! Counters of the server, as text for Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Counters since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Requests and their seconds by route and status.
    requests: Mutex<BTreeMap<(String, u16), (usize, f64)>>,
    batches: AtomicUsize,
    encoded: AtomicUsize,
    decoded: AtomicUsize,
}

impl Metrics {
    pub(crate) fn request(&self, route: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (count, secs) = requests.entry((route.to_owned(), status)).or_default();
        *count += 1;
        *secs += took.as_secs_f64();
    }

    pub(crate) fn batch(&self) {
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn encoded(&self, images: usize) {
        self.encoded.fetch_add(images, Ordering::Relaxed);
    }

    pub(crate) fn decoded(&self, responses: usize) {
        self.decoded.fetch_add(responses, Ordering::Relaxed);
    }

    /// Returns the text in Prometheus' exposition format 0.0.4.
    pub(crate) fn text(&self, waiting: usize) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, rows: &[(String, String)]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            rows.iter().for_each(|(labels, value)| {
                let _ = writeln!(text, "{name}{labels} {value}");
            });
        };
        let requests = self.requests.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let labels = |(route, status): &(String, u16)| format!("{{route=\"{route}\",status=\"{status}\"}}");
        let counts: Vec<_> = requests.iter().map(|(key, (n, _))| (labels(key), n.to_string())).collect();
        let secs: Vec<_> = requests.iter().map(|(key, (_, secs))| (labels(key), format!("{secs:.6}"))).collect();
        let one = |value: usize| [(String::new(), value.to_string())];
        family("afterimage_requests_total", "counter", "Requests answered.", &counts);
        family("afterimage_request_seconds_total", "counter", "Seconds that they took.", &secs);
        let counters = [
            ("afterimage_batches_total", "Batches that the networks did.", &self.batches),
            ("afterimage_images_encoded_total", "Images whose responses were predicted.", &self.encoded),
            ("afterimage_responses_decoded_total", "Responses that were decoded.", &self.decoded),
        ];
        for (name, help, counter) in counters {
            family(name, "counter", help, &one(counter.load(Ordering::Relaxed)));
        }
        family("afterimage_waiting", "gauge", "Images and responses that wait or are worked on.", &one(waiting));
        if let Some(bytes) = resident_bytes() {
            family("process_resident_memory_bytes", "gauge", "Resident memory.", &one(bytes));
        }
        text
    }
}

/// Returns the resident memory of this process, if the system states it.
fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_contains_each_family_once_with_its_rows() {
        let metrics = Metrics::default();
        metrics.request("/api/v1/decode", 200, Duration::from_millis(250));
        metrics.request("/api/v1/decode", 200, Duration::from_millis(250));
        metrics.request("/api/v1/decode", 503, Duration::ZERO);
        metrics.decoded(3);
        let text = metrics.text(5);
        assert!(text.contains("afterimage_requests_total{route=\"/api/v1/decode\",status=\"200\"} 2\n"), "{text}");
        assert!(text.contains("afterimage_request_seconds_total{route=\"/api/v1/decode\",status=\"200\"} 0.500000\n"));
        assert!(text.contains("\nafterimage_responses_decoded_total 3\n") && text.contains("\nafterimage_waiting 5\n"));
        assert_eq!(text.matches("# TYPE afterimage_requests_total counter").count(), 1);
    }
}
