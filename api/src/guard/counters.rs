//! Everything that is counted of callers and addresses while the server runs.

use super::rate::{NoPlace, Place, Places, Rate, Standing, counted};
use crate::config::{Limits, SignIn};
use crate::failure::{Code, Failure};
use std::net::IpAddr;
use std::time::Instant;
use uuid::Uuid;

/// Everything that is counted.
#[derive(Debug)]
pub struct Counters {
    callers: Rate<Uuid>,
    addresses: Rate<IpAddr>,
    sign_ins: Rate<IpAddr>,
    running: Places<Uuid>,
    sockets: Places<IpAddr>,
    sockets_of_callers: Places<Uuid>,
}

/// A WebSocket that counts.
pub type SocketPlace = Place<IpAddr>;

impl Counters {
    /// Under these limits.
    pub fn new(limits: &Limits, sign_in: &SignIn) -> Counters {
        Counters {
            callers: Rate::new(limits.caller_per_minute),
            addresses: Rate::new(limits.address_per_minute),
            sign_ins: Rate::new(sign_in.address_per_minute),
            running: Places::new(limits.caller_at_once, usize::MAX),
            sockets: Places::new(limits.sockets_per_address, limits.sockets),
            sockets_of_callers: Places::new(limits.sockets_per_caller, usize::MAX),
        }
    }

    /// Counts a request from an address.
    pub fn request_from(&self, address: IpAddr) -> Standing {
        self.addresses.count(counted(address), Instant::now())
    }

    /// Counts a request to sign in, or of its like, from an address.
    pub fn sign_in_from(&self, address: IpAddr) -> Standing {
        self.sign_ins.count(counted(address), Instant::now())
    }

    /// Counts an operation of a caller.
    pub fn operation_of(&self, caller: Uuid) -> Standing {
        self.callers.count(caller, Instant::now())
    }

    /// A place for an operation of a caller while it runs.
    ///
    /// # Errors
    /// RATE_LIMITED when as many of the caller's run as may.
    pub fn run(&self, caller: Uuid) -> Result<Place<Uuid>, Failure> {
        self.running
            .take(caller)
            .map_err(|_| full("as many of your operations run as `limits.caller_at_once` allows"))
    }

    /// A place for a WebSocket from an address.
    ///
    /// # Errors
    /// RATE_LIMITED when the address has as many as may be, UNAVAILABLE when the server has.
    pub fn socket_from(&self, address: IpAddr) -> Result<SocketPlace, Failure> {
        self.sockets.take(counted(address)).map_err(|none| match none {
            NoPlace::OfKey => full("your address has as many sockets as `limits.sockets_per_address` allows"),
            NoPlace::AtAll => Failure::new(
                Code::Unavailable,
                "the server has as many sockets as `limits.sockets` allows: try again",
            ),
        })
    }

    /// A place for a WebSocket of a caller.
    ///
    /// # Errors
    /// RATE_LIMITED when the caller has as many as may be.
    pub fn socket_of(&self, caller: Uuid) -> Result<Place<Uuid>, Failure> {
        self.sockets_of_callers
            .take(caller)
            .map_err(|_| full("you have as many sockets as `limits.sockets_per_caller` allows"))
    }

    /// How many WebSockets are held.
    pub fn sockets(&self) -> usize {
        self.sockets.taken()
    }
}

/// The refusal of whoever asks too often.
pub fn too_often(standing: &Standing) -> Option<Failure> {
    let seconds = standing.retry_seconds()?;
    Some(Failure::new(
        Code::RateLimited,
        format!("{} a minute are allowed: try again in {seconds} s", standing.quota),
    ))
}

fn full(message: &str) -> Failure {
    Failure::new(Code::RateLimited, format!("{message}: wait for one to end"))
}
