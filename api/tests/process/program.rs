//! The program: founded in a directory of its own, served on a port of its own, asked over plain connections.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The user whom the program is asked as.
pub const USER: &str = "attacked-administrator";

/// How long the program may take to start, on a machine that is busy.
const START: Duration = Duration::from_secs(120);

/// An installation that is founded, in a directory of its own that goes with it.
pub struct Founded {
    pub directory: PathBuf,
    settings: Vec<(String, String)>,
}

/// An installation that is served.
pub struct Program {
    pub address: String,
    pub token: String,
    founded: Option<Founded>,
    child: Child,
    said: Arc<Mutex<String>>,
    listening: Option<JoinHandle<()>>,
}

/// Keeps what the program writes to its log.
fn listen(child: &mut Child) -> (Arc<Mutex<String>>, Option<JoinHandle<()>>) {
    let said = Arc::new(Mutex::new(String::new()));
    let (mut error, into) = (child.stderr.take().unwrap(), said.clone());
    let listening = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = error.read(&mut bytes) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    });
    (said, Some(listening))
}

impl Founded {
    /// Founds an installation, as in production but for the rates.
    pub fn new(name: &str, settings: &[(&str, &str)]) -> Founded {
        let founded = Founded::unfounded(name, settings);
        let other = "another-administrator=Somebody Made Up";
        let (done, said) =
            founded.run(&["init", "--administrator", &format!("{USER}=Made Up"), "--administrator", other]);
        assert!(done, "{said}");
        founded
    }

    /// A directory and settings, and nothing in it.
    pub fn unfounded(name: &str, settings: &[(&str, &str)]) -> Founded {
        let directory =
            std::env::temp_dir().join(format!("trialgraph-program-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let own = [
            ("TRIALGRAPH_SERVER__LISTEN", address.as_str()),
            ("TRIALGRAPH_LIMITS__CALLER_PER_MINUTE", "1000000"),
            ("TRIALGRAPH_LIMITS__ADDRESS_PER_MINUTE", "1000000"),
        ];
        let settings = own.iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Founded { directory, settings }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trialgraph"));
        // Settings are those of the test alone: what the caller of the tests has set is not for the program.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TRIALGRAPH_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.directory).env("RUST_BACKTRACE", "0").envs(self.settings.iter().cloned());
        command
    }

    /// Runs the program: whether it succeeded, and what it said.
    pub fn run(&self, arguments: &[&str]) -> (bool, String) {
        let done = self.command().args(arguments).stdin(Stdio::null()).output().unwrap();
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8(said).unwrap())
    }

    /// Runs the program with something on its standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever does not ask for it leaves it unread.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let done = child.wait_with_output().unwrap();
        (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
    }

    /// Serves it, with a token of its first administrator.
    pub fn serve(self) -> Program {
        self.serve_to(USER)
    }

    /// Serves it, with a token of a person.
    pub fn serve_to(self, user: &str) -> Program {
        let (done, token) = self.run(&["token", "--user", user]);
        assert!(done, "{token}");
        let mut child = self.command().arg("serve").stderr(Stdio::piped()).spawn().unwrap();
        let (said, listening) = listen(&mut child);
        let (address, token) = (self.settings[0].1.clone(), token.trim().to_owned());
        let founded = Some(self);
        let mut program = Program { address, token, founded, child, said, listening };
        program.wait();
        program
    }

    /// Runs the demonstration until it is let go: its address, and a token of one of its users.
    pub fn demonstrate(self, user: &str) -> Program {
        let mut command = self.command();
        command.args(["demo", "--port", "0"]).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (said, listening) = listen(&mut child);
        let file = self.directory.join("demo-data/demo.json");
        let mut program = Program {
            address: String::new(),
            token: String::new(),
            founded: Some(self),
            child,
            said,
            listening,
        };
        let began = Instant::now();
        let described = loop {
            let read = std::fs::read_to_string(&file).ok();
            if let Some(read) = read.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok()) {
                break read;
            }
            assert!(program.child.try_wait().unwrap().is_none(), "the demonstration ended");
            assert!(began.elapsed() < START, "the demonstration does not start");
            std::thread::sleep(Duration::from_millis(50));
        };
        let mut users = described["users"].as_array().unwrap().iter();
        let token = users.find(|it| it["name"] == user).unwrap()["token"].as_str().unwrap();
        program.address = described["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        program.token = token.to_owned();
        program
    }

    fn file(&self) -> PathBuf {
        self.directory.join("trialgraph.sqlite")
    }

    /// The file of the database, in which all of it is: a server that ended in order leaves nothing beside it.
    pub fn database(&self) -> Vec<u8> {
        let log = std::fs::metadata(self.directory.join("trialgraph.sqlite-wal"));
        assert!(!log.is_ok_and(|log| log.len() > 0), "some of the database is in the log beside its file");
        std::fs::read(self.file()).unwrap()
    }

    /// Puts another file in its place.
    pub fn replace(&self, content: &[u8]) {
        for beside in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.directory.join(format!("trialgraph.sqlite{beside}")));
        }
        std::fs::write(self.file(), content).unwrap();
    }
}

impl Drop for Founded {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Program {
    /// Founds an installation and serves it.
    pub fn serve(name: &str, settings: &[(&str, &str)]) -> Program {
        Founded::new(name, settings).serve()
    }

    fn wait(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(&self.address).is_err() {
            let gone = self.child.try_wait().unwrap();
            assert!(gone.is_none(), "the program ended: {}", self.said.lock().unwrap());
            assert!(began.elapsed() < START, "the program does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What a program says that does not start for its settings.
    pub fn refused(settings: &[(&str, &str)]) -> String {
        let (done, said) = Founded::unfounded("refused", settings).run(&["serve"]);
        assert!(!done, "{said}");
        said
    }

    /// Asks an honest question, and expects it to be answered.
    #[track_caller]
    pub fn honest(&self) {
        let (status, text) = post(&self.address, &self.token, br#"{"query":"{ viewer { name } }"}"#);
        assert!(status == 200 && text.contains(USER), "{status} {text}");
    }

    /// Megabytes of memory that the program holds.
    pub fn megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Open files of the program that are connections of its port, the listening ones aside.
    pub fn connections(&self) -> usize {
        let port = self.address.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).unwrap();
        // Local address and state; 01 is ESTABLISHED.
        let local = format!("0100007F:{port:04X}");
        let table = std::fs::read_to_string(format!("/proc/{}/net/tcp", self.child.id())).unwrap();
        let of_it = |line: &&str| {
            let mut columns = line.split_whitespace().skip(1);
            columns.next() == Some(&local) && columns.nth(1) == Some("01")
        };
        table.lines().filter(of_it).count()
    }

    /// Ends the program; what it said in its life.
    pub fn stop(mut self) -> String {
        self.end();
        self.said.lock().unwrap().clone()
    }

    /// Ends the program; the installation that it leaves.
    pub fn leave(self) -> Founded {
        self.leave_with_log().0
    }

    /// The same with what the program said in its life.
    pub fn leave_with_log(mut self) -> (Founded, String) {
        self.end();
        let said = self.said.lock().unwrap().clone();
        (self.founded.take().unwrap(), said)
    }

    fn end(&mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        assert!(self.child.wait().unwrap().success(), "the program ended in disorder");
        self.listening.take().unwrap().join().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The head of a GraphQL request whose body is so long.
pub fn post_head(address: &str, token: &str, length: usize) -> String {
    head_to("/graphql", address, token, length)
}

fn head_to(path: &str, address: &str, token: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Sends a body and reads what is answered: status and text.
pub fn post(address: &str, token: &str, body: &[u8]) -> (u16, String) {
    post_to("/graphql", (address, token), body)
}

/// The same to another route.
pub fn post_to(path: &str, (address, token): (&str, &str), body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(super::PATIENCE)).unwrap();
    stream.write_all(head_to(path, address, token, body.len()).as_bytes()).unwrap();
    // A body that is too large is refused before it is sent to its end.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no answer ({read:?}): {text:?}")), text)
}
