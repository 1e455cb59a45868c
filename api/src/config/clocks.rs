//! With whom the clock is compared.

use serde::Deserialize;

/// With whom the clock is compared that entries are dated by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clocks {
    /// Time servers, as `HOST` or `HOST:PORT`, which are asked over SNTP at the start and then again and again. In the
    /// environment separated by commas. Default none: nobody is asked, and the offset is unknown.
    pub ntp_servers: Vec<String>,
    /// Minutes between two questions, 1 to 1,440. Default 15.
    pub ntp_minutes: u64,
}

impl Default for Clocks {
    fn default() -> Clocks {
        Clocks { ntp_servers: Vec::new(), ntp_minutes: 15 }
    }
}

impl Clocks {
    /// What is wrong, a sentence each.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if !(1..=1_440).contains(&self.ntp_minutes) {
            problems.push(format!("clock.ntp_minutes is {}; it must be from 1 to 1440", self.ntp_minutes));
        }
        if self.ntp_servers.len() > 8 {
            problems.push(format!(
                "clock.ntp_servers names {} servers; at most 8 are asked",
                self.ntp_servers.len()
            ));
        }
        for server in self.ntp_servers.iter().filter(|server| !crate::ntp::is_server(server)) {
            problems.push(format!("clock.ntp_servers names `{server}`; it must be HOST or HOST:PORT"));
        }
        problems
    }
}
