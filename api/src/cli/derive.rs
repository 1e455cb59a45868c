//! `trialgraph derive`: one endpoint a line, from standard input to standard output. No database, no clock, no
//! configuration.

use super::Told;
use std::io::{BufRead, BufWriter, Write};
use std::process::ExitCode;

/// Lines longer than this are refused as no JSON, so that a stream without line ends does not fill the memory.
const LONGEST_LINE: u64 = 4 << 20;

pub(super) fn run() -> Told<ExitCode> {
    let mut input = std::io::stdin().lock();
    let mut output = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let failed = |error: std::io::Error| format!("the stream broke off: {error}");
    let mut line = Vec::new();
    loop {
        line.clear();
        let read =
            std::io::Read::take(&mut input, LONGEST_LINE).read_until(b'\n', &mut line).map_err(failed)?;
        if read == 0 {
            break;
        }
        // What is no UTF-8 is no JSON; the rule's own answer says so.
        let text = String::from_utf8_lossy(&line);
        if let Some(answer) = derivation::line::answer(text.trim_end_matches(['\n', '\r'])) {
            output.write_all(answer.as_bytes()).and_then(|()| output.write_all(b"\n")).map_err(failed)?;
        }
    }
    output.flush().map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}
