//! How many lines a second `derive` answers on one core, for each endpoint of the worked cases:
//! `cargo run --release -p derivation --example speed`.

use derivation::line::answer_bytes;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each endpoint is measured.
const EACH: Duration = Duration::from_millis(400);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder)? {
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(file?.path())?)?;
        for case in cases.iter().filter(|case| case.get("error").is_none()) {
            let endpoint = case["endpoint"].as_str().ok_or("a case names no endpoint")?;
            let line = json!({"id": case["id"], "endpoint": endpoint, "inputs": case["inputs"]});
            lines.entry(endpoint.to_owned()).or_default().push(line.to_string());
        }
    }
    for (endpoint, lines) in lines {
        let (start, mut count, mut bytes) = (Clock::start(), 0_u64, 0);
        while start.elapsed() < EACH {
            for line in &lines {
                bytes += answer_bytes(line.as_bytes()).map_or(0, |answer| answer.len());
                count += 1;
            }
        }
        let rate = count as f64 / start.elapsed().as_secs_f64();
        println!("{endpoint:24} {rate:>10.0} lines/s, {} bytes an answer", bytes as u64 / count);
    }
    Ok(())
}

/// Time on the processor where the system tells it, so that other work on the machine does not count; else the wall's.
struct Clock {
    wall: Instant,
    processor: Option<Duration>,
}

impl Clock {
    fn start() -> Clock {
        Clock { wall: Instant::now(), processor: Clock::processor() }
    }

    fn processor() -> Option<Duration> {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(Duration::from_nanos(told.split(' ').next()?.parse().ok()?))
    }

    fn elapsed(&self) -> Duration {
        let processor = self.processor.zip(Clock::processor()).map(|(start, now)| now - start);
        processor.unwrap_or_else(|| self.wall.elapsed())
    }
}
