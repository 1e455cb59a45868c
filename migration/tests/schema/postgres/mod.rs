//! A PostgreSQL server for tests: made when the first test asks, gone when the test process ends.
//!
//! It listens on a unix socket in its own directory and nowhere else. Nothing here is asynchronous and
//! nothing knows of the schema, so the module can serve any test binary.
//!
//! Invariant: the server never outlives the process that started it. A shell holds the reading end of a pipe
//! whose writing end is ours; when we end, however we end, it stops the server and removes the directory.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The only superuser, and the owner of what the tests make.
pub const OWNER: &str = "postgres";

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A running server.
pub struct Cluster {
    socket: PathBuf,
    programs: PathBuf,
    /// Stops the server when the pipe to it closes, that is with this process.
    _warden: Child,
}

/// Makes an empty database on the server and answers with its name.
pub fn database() -> String {
    database_like("template0")
}

/// Makes a database after the pattern of another one, to which nobody may be connected, and answers with its name.
pub fn database_like(pattern: &str) -> String {
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("t{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut create = Command::new(cluster.programs.join("createdb"));
    create.arg("-h").arg(&cluster.socket).args(["-U", OWNER, "-T", pattern, &name]);
    succeed(&mut create);
    name
}

/// The address of a database for a role.
pub fn url(database: &str, role: &str) -> String {
    let cluster = CLUSTER.get_or_init(Cluster::start);
    format!("postgres://{role}@localhost/{database}?host={}", cluster.socket.display())
}

impl Cluster {
    fn start() -> Cluster {
        let programs = programs();
        let account = unprivileged();
        let socket = std::env::temp_dir().join(format!("trialgraph-pg-{}", std::process::id()));
        let _ = fs::remove_dir_all(&socket);
        fs::create_dir(&socket).expect("a directory for the server");
        fs::set_permissions(&socket, fs::Permissions::from_mode(0o700)).expect("a private directory");
        if let Some((user, group)) = account {
            chown(&socket, Some(user), Some(group)).expect("the server's account owns its directory");
        }
        let data = socket.join("data");
        let run = |program: &str| {
            let mut command = Command::new(programs.join(program));
            command.current_dir(&socket).arg("-D").arg(&data);
            if let Some((user, group)) = account {
                command.uid(user).gid(group);
            }
            command
        };
        let mut initdb = run("initdb");
        initdb.args(["--no-sync", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale", "C"]);
        succeed(&mut initdb);
        let warden = warden(&programs, &socket, &data, account);
        let settings = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c full_page_writes=off \
             -c max_connections=400",
            socket.display()
        );
        let mut start = run("pg_ctl");
        start.arg("-l").arg(socket.join("log")).args(["-w", "-o", &settings, "start"]);
        succeed(&mut start);
        Cluster { socket, programs, _warden: warden }
    }
}

fn warden(programs: &Path, socket: &Path, data: &Path, account: Option<(u32, u32)>) -> Child {
    let mut warden = Command::new("sh");
    warden.args(["-c", r#"cat >/dev/null; "$1" -D "$2" -m immediate stop; rm -rf "$3""#, "warden"]);
    warden.arg(programs.join("pg_ctl")).arg(data).arg(socket).current_dir("/");
    warden.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A signal to the tests' terminal must not reach it before they end.
    warden.process_group(0);
    if let Some((user, group)) = account {
        warden.uid(user).gid(group);
    }
    warden.spawn().expect("a shell")
}

/// Where the server's programs are: the newest installed version's, or those on the path.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            entry.file_name().to_str()?.parse::<u32>().ok().map(|version| (version, entry.path()))
        })
        .max();
    newest.map(|(_, path)| path.join("bin")).unwrap_or_else(|| {
        let found = Command::new("sh").args(["-c", "dirname \"$(command -v initdb)\""]).output();
        let path = found.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
        assert!(!path.trim().is_empty(), "these tests need PostgreSQL's server programs (initdb, pg_ctl)");
        PathBuf::from(path.trim())
    })
}

/// The server refuses to run as root; then it runs as the account that its package made.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> u32 {
        let output = Command::new("id").args(arguments).output().expect("id");
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().unwrap_or_else(|_| panic!("no account {arguments:?} for PostgreSQL"))
    };
    (id(&["-u"]) == 0).then(|| (id(&["-u", OWNER]), id(&["-g", OWNER])))
}

fn succeed(command: &mut Command) {
    // A file and not a pipe: the server that `pg_ctl` leaves behind inherits it.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
