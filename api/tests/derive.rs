//! `trialgraph derive` as a process: every line of standard input is answered, and the exit code is 0.

#![allow(clippy::unwrap_used, reason = "a test that cannot start its program has failed")]

use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn every_line_is_answered_and_the_run_succeeds() {
    let mut process = Command::new(env!("CARGO_BIN_EXE_trialgraph"))
        .arg("derive")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let page = include_str!("../../docs/derive.md");
    let lines: Vec<&str> =
        page.lines().filter(|line| line.starts_with("{\"id\"") && line.contains("\"endpoint\"")).collect();
    let mut input = process.stdin.take().unwrap();
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), lines.len());
    for (line, answer) in lines.iter().zip(answers) {
        assert_eq!(derivation::line::answer(line).as_deref(), Some(answer));
    }
}
