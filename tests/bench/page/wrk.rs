//! Runs wrk and reads what it measured.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What one run of wrk measured.
pub struct Measured {
    /// Requests a second.
    pub rate: f64,
    median_micros: u64,
    p99_micros: u64,
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |micros: u64| micros as f64 / 1_000.0;
        let (median, p99) = (millis(self.median_micros), millis(self.p99_micros));
        write!(f, "{:>8.0} requests/s  median {median:.2} ms  p99 {p99:.2} ms", self.rate)
    }
}

/// Requests to send to a server.
pub struct Load {
    url: String,
    token: Option<String>,
    pages: PathBuf,
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.pages);
    }
}

impl Load {
    /// Requests of one line each: bodies to post under a token, or paths to get without.
    pub fn new(url: String, lines: impl Iterator<Item = String>, token: Option<String>) -> Load {
        static FILES: AtomicU32 = AtomicU32::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let pages =
            std::env::temp_dir().join(format!("trialgraph-bench-{}-{number}.txt", std::process::id()));
        std::fs::write(&pages, lines.map(|line| line + "\n").collect::<String>()).unwrap();
        Load { url, token, pages }
    }

    /// Sends them for some seconds. An error of any request is an error of the measurement.
    pub async fn run(&self, seconds: usize, connections: usize) -> Measured {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/page/page.lua");
        let mut command = Command::new("wrk");
        command.args(["-t", "1", "-c", &connections.to_string(), "-d", &format!("{seconds}s"), "-s"]);
        command.arg(script).arg(&self.url).env("PAGES", &self.pages).env_remove("TOKEN");
        if let Some(token) = &self.token {
            command.env("TOKEN", token);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
        let output = output.unwrap_or_else(|error| panic!("wrk: {error}"));
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
        let line =
            line.unwrap_or_else(|| panic!("wrk said {text} {}", String::from_utf8_lossy(&output.stderr)));
        let numbers: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        let [requests, micros, _, median_micros, p99_micros, errors] = numbers[..] else {
            panic!("wrk said {line}");
        };
        assert_eq!(errors, 0, "requests went wrong: {text}");
        Measured { rate: requests as f64 * 1e6 / micros as f64, median_micros, p99_micros }
    }
}
