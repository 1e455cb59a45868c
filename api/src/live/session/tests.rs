//! The socket's states, with the clock in the tests' hands.

use super::*;

struct Socket {
    session: Session,
    opened: Instant,
    running: Vec<Start>,
}

/// What the client notices.
#[derive(Debug, PartialEq)]
enum Seen {
    Nothing,
    Sent(String),
    Ping,
    Identify,
    Start(u64),
    Closed(u16),
}

const INIT_MESSAGE: &str = r#"{"type":"connection_init","payload":{"token":"t"}}"#;

impl Socket {
    fn fresh() -> Socket {
        let opened = Instant::now();
        Socket { session: Session::new(opened, &Limits::default()), opened, running: Vec::new() }
    }

    fn open(seconds: u64) -> Socket {
        let mut socket = Socket::fresh();
        assert_eq!(socket.says(INIT_MESSAGE), Seen::Identify);
        let accepted = Event::Identified(Ok(Duration::from_secs(seconds)));
        assert_eq!(socket.happens(accepted), Seen::Sent(protocol::ack()));
        socket
    }

    fn seen(&mut self, act: Option<Act>) -> Seen {
        match act {
            None => Seen::Nothing,
            Some(Act::Send(message)) => Seen::Sent(message),
            Some(Act::Ping) => Seen::Ping,
            Some(Act::Identify(token)) => {
                assert_eq!(token.reveal(), "t");
                Seen::Identify
            }
            Some(Act::Start(start)) => {
                let serial = start.serial;
                self.running.push(*start);
                Seen::Start(serial)
            }
            Some(Act::Close(closing)) => Seen::Closed(closing.code),
        }
    }

    fn says(&mut self, text: &str) -> Seen {
        let act = self.session.received(text);
        self.seen(act)
    }

    fn subscribes(&mut self, id: &str) -> Seen {
        self.says(&format!(r#"{{"type":"subscribe","id":"{id}","payload":{{"query":"{{a}}"}}}}"#))
    }

    fn happens(&mut self, event: Event) -> Seen {
        let act = self.session.happened(event, self.opened);
        self.seen(act)
    }

    fn hears(&mut self, id: &str, serial: u64, words: Words) -> Seen {
        self.happens(Event::Said { id: id.to_owned(), serial, words })
    }

    fn at(&mut self, seconds: u64) -> Seen {
        let act = self.session.due(self.opened + Duration::from_secs(seconds));
        self.seen(act)
    }

    fn deadline(&self) -> u64 {
        (self.session.deadline() - self.opened).as_secs()
    }
}

#[test]
fn a_client_that_says_nothing_is_closed_after_ten_seconds() {
    let mut socket = Socket::fresh();
    assert_eq!(socket.deadline(), 10);
    assert_eq!(socket.at(9), Seen::Nothing);
    assert_eq!(socket.at(10), Seen::Closed(4408));
    // A ping is no first message.
    let mut socket = Socket::fresh();
    assert_eq!(socket.says(r#"{"type":"ping"}"#), Seen::Sent(protocol::pong(None)));
    socket.session.heard(socket.opened + Duration::from_secs(9));
    assert_eq!(socket.at(10), Seen::Closed(4408));
}

#[test]
fn nothing_is_executed_before_the_acknowledgement() {
    assert_eq!(Socket::fresh().subscribes("1"), Seen::Closed(4401));
    let mut socket = Socket::fresh();
    assert_eq!(socket.says(INIT_MESSAGE), Seen::Identify);
    assert_eq!(socket.subscribes("1"), Seen::Closed(4401));
}

#[test]
fn a_second_first_message_is_one_too_many() {
    let mut socket = Socket::fresh();
    assert_eq!(socket.says(INIT_MESSAGE), Seen::Identify);
    assert_eq!(socket.says(INIT_MESSAGE), Seen::Closed(4429));
    assert_eq!(Socket::open(60).says(INIT_MESSAGE), Seen::Closed(4429));
}

#[test]
fn a_socket_without_an_accepted_token_is_refused() {
    assert_eq!(Socket::fresh().says(r#"{"type":"connection_init"}"#), Seen::Closed(4403));
    let mut socket = Socket::fresh();
    assert_eq!(socket.says(INIT_MESSAGE), Seen::Identify);
    assert_eq!(socket.happens(Event::Identified(Err(Closing::forbidden("no")))), Seen::Closed(4403));
}

#[test]
fn a_socket_ends_with_its_token_and_with_its_caller() {
    let mut socket = Socket::open(15);
    assert_eq!(socket.deadline(), 15);
    assert_eq!(socket.at(14), Seen::Nothing);
    assert_eq!(socket.at(15), Seen::Closed(4403));
    assert_eq!(Socket::open(15).happens(Event::Forgotten), Seen::Closed(4403));
    // A token that outlasts every clock has no end to wait for.
    assert_eq!(Socket::open(u64::MAX).deadline(), 20);
}

#[test]
fn a_quiet_socket_is_pinged_and_a_silent_one_left() {
    let mut socket = Socket::open(3_600);
    assert_eq!(socket.at(19), Seen::Nothing);
    assert_eq!(socket.at(20), Seen::Ping);
    assert_eq!((socket.at(21), socket.deadline()), (Seen::Nothing, 40));
    assert_eq!(socket.at(40), Seen::Closed(1001));
    let mut socket = Socket::open(3_600);
    assert_eq!(socket.at(20), Seen::Ping);
    socket.session.heard(socket.opened + Duration::from_secs(21));
    assert_eq!((socket.at(40), socket.deadline()), (Seen::Nothing, 41));
    assert_eq!(socket.at(41), Seen::Ping);
    assert_eq!(socket.at(61), Seen::Closed(1001));
}

#[test]
fn an_id_is_taken_while_its_operation_runs() {
    let mut socket = Socket::open(60);
    assert_eq!(socket.subscribes("1"), Seen::Start(1));
    assert_eq!(socket.hears("1", 1, Words::More("m".to_owned())), Seen::Sent("m".to_owned()));
    assert_eq!(socket.subscribes("2"), Seen::Start(2));
    assert_eq!(socket.hears("1", 1, Words::Last("l".to_owned())), Seen::Sent("l".to_owned()));
    assert_eq!(socket.subscribes("1"), Seen::Start(3));
    assert_eq!(socket.subscribes("1"), Seen::Closed(4409));
}

#[test]
fn what_the_client_has_ended_says_no_more() {
    let mut socket = Socket::open(60);
    assert_eq!(socket.subscribes("1"), Seen::Start(1));
    assert!(socket.running[0].stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty));
    assert_eq!(socket.says(r#"{"type":"complete","id":"1"}"#), Seen::Nothing);
    assert!(socket.running[0].stopped.try_recv() == Err(oneshot::error::TryRecvError::Closed));
    assert_eq!(socket.says(r#"{"type":"complete","id":"unknown"}"#), Seen::Nothing);
    // Under the same id another one runs now, and only that one is heard.
    assert_eq!(socket.subscribes("1"), Seen::Start(2));
    assert_eq!(socket.hears("1", 1, Words::Last("old".to_owned())), Seen::Nothing);
    assert_eq!(socket.hears("1", 2, Words::More("new".to_owned())), Seen::Sent("new".to_owned()));
}

#[test]
fn operations_have_places_and_an_ended_one_keeps_its_place_until_it_is_done() {
    let mut socket = Socket::open(60);
    for n in 0..Limits::default().socket_operations {
        assert!(matches!(socket.subscribes(&format!("a{n}")), Seen::Start(_)));
    }
    let Seen::Sent(refused) = socket.subscribes("b") else { panic!("one too many was started") };
    assert!(refused.contains(r#""type":"error""#) && refused.contains("RATE_LIMITED"), "{refused}");
    assert_eq!(socket.says(r#"{"type":"complete","id":"a0"}"#), Seen::Nothing);
    assert!(matches!(socket.subscribes("b"), Seen::Sent(_)));
    socket.running.remove(0);
    assert!(matches!(socket.subscribes("b"), Seen::Start(_)));
}

#[test]
fn garbage_and_deep_messages_close() {
    assert_eq!(Socket::open(60).says("garbage"), Seen::Closed(4400));
    let deep = format!(
        r#"{{"type":"subscribe","id":"1","payload":{{"query":"{{a}}","variables":{{"x":{}1{}}}}}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert_eq!(Socket::open(60).says(&deep), Seen::Closed(4400));
}
