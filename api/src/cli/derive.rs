//! `trialgraph derive`: one endpoint a line, from standard input to standard output. No database, no clock, no
//! configuration.

use super::Told;
use derivation::line;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::process::ExitCode;

/// Longer lines are refused, so that a stream without line ends does not fill the memory.
const LONGEST_LINE: usize = 64 << 20;
/// Bytes that are read or written at once.
const BUFFER: usize = 1 << 16;

pub(super) fn run() -> Told<ExitCode> {
    answer_all(io::stdin().lock(), io::stdout().lock(), LONGEST_LINE)
        .map_err(|error| format!("the stream broke off: {error}"))?;
    Ok(ExitCode::SUCCESS)
}

/// Answers every line in its order. What is answered so far goes out before more input is waited for, so that a caller
/// may write a line and read its answer.
fn answer_all(input: impl Read, output: impl Write, longest: usize) -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut output = BufWriter::with_capacity(BUFFER, output);
    let mut bytes = Vec::new();
    loop {
        if input.buffer().is_empty() {
            output.flush()?;
        }
        let answer = match next_line(&mut input, &mut bytes, longest)? {
            Line::End => return output.flush(),
            Line::Whole => line::answer_bytes(&bytes),
            Line::TooLong => Some(line::unreadable("the line is too long")),
        };
        if let Some(answer) = answer {
            output.write_all(answer.as_bytes())?;
            output.write_all(b"\n")?;
        }
    }
}

/// What was read.
enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads a line without its end. Of one that is too long the rest is passed over.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>, longest: usize) -> io::Result<Line> {
    line.clear();
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    if Read::take(&mut *input, most).read_until(b'\n', line)? == 0 {
        return Ok(Line::End);
    }
    let ended = line.pop_if(|last| *last == b'\n').is_some();
    if ended || line.len() <= longest {
        return Ok(Line::Whole);
    }
    line.clear();
    input.skip_until(b'\n')?;
    Ok(Line::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"id":"a","endpoint":"sledai_change","inputs":{"baseline":15,"value":9}}"#;
    const ANSWER: &str = r#"{"id":"a","result":{"change":-6,"percent_change":-40.0}}"#;

    fn answered(input: &[u8], longest: usize) -> Vec<String> {
        let mut output = Vec::new();
        answer_all(input, &mut output, longest).unwrap();
        let text = String::from_utf8(output).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn every_line_is_answered_in_its_order() {
        let input = [LINE, b"\r\n\n  \n{}\n", LINE].concat();
        let lines = answered(&input, LONGEST_LINE);
        assert_eq!(lines.len(), 3, "blank lines are skipped: {lines:?}");
        assert_eq!((lines[0].as_str(), lines[2].as_str()), (ANSWER, ANSWER), "the last line has no end");
        assert!(lines[1].starts_with(r#"{"id":null,"error":{"code":"MISSING_FIELD""#), "{}", lines[1]);
    }

    #[test]
    fn what_is_no_utf_8_is_no_json() {
        let input =
            [br#"{"id":""#.as_slice(), &[0xff], br#"","endpoint":"sri4","inputs":{}}"#, b"\n", LINE].concat();
        let lines = answered(&input, LONGEST_LINE);
        assert_eq!(
            lines[0],
            r#"{"id":null,"error":{"code":"INVALID_JSON","message":"the line is no UTF-8","path":""}}"#
        );
        assert_eq!(lines[1], ANSWER);
    }

    #[test]
    fn a_line_that_is_too_long_gets_one_answer_and_stops_nothing() {
        let long = [b"[".repeat(LINE.len() + 1).as_slice(), b"\n", LINE, b"\n"].concat();
        let lines = answered(&long, LINE.len());
        assert_eq!(lines.len(), 2);
        assert!(lines[0].contains("the line is too long"), "{}", lines[0]);
        assert_eq!(lines[1], ANSWER, "as long as allowed");
    }

    /// Input that gives one line, and the next only after the answer to the first is out.
    struct Dialogue<'a> {
        left: &'a [u8],
        written: &'a std::cell::RefCell<Vec<u8>>,
        answers_seen: Vec<usize>,
    }

    impl Read for &mut Dialogue<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.answers_seen.push(self.written.borrow().iter().filter(|byte| **byte == b'\n').count());
            let end = self.left.iter().position(|byte| *byte == b'\n').map_or(self.left.len(), |at| at + 1);
            let (now, later) = self.left.split_at(end);
            self.left = later;
            buffer[..now.len()].copy_from_slice(now);
            Ok(now.len())
        }
    }

    struct Shared<'a>(&'a std::cell::RefCell<Vec<u8>>);

    impl Write for Shared<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_answer_goes_out_before_the_next_line_is_waited_for() {
        let input = [LINE, b"\n", LINE, b"\n"].concat();
        let written = std::cell::RefCell::new(Vec::new());
        let mut dialogue = Dialogue { left: &input, written: &written, answers_seen: Vec::new() };
        answer_all(&mut dialogue, Shared(&written), LONGEST_LINE).unwrap();
        assert_eq!(dialogue.answers_seen, [0, 1, 2]);
    }
}
