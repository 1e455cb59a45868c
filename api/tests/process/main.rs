//! The program itself, as an operator runs it: attacked from outside, it answers, lives, and stays small.

// The whole crate is tests, of which the lint's own exception does not know.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../../tests/suite/attacks/corpus.rs"]
mod corpus;
mod program;

use program::{Founded, Program, post, post_head, post_to};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Megabytes by which the program may have grown after an attack, in a debug build.
const GROWTH: u64 = 200;

/// Far more than an answer takes; a server that hangs takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

fn in_threads<T: Send + 'static>(
    threads: usize,
    work: impl Fn(usize) -> T + Send + Clone + 'static,
) -> Vec<T> {
    let running: Vec<_> = (0..threads)
        .map(|n| {
            let work = work.clone();
            std::thread::spawn(move || work(n))
        })
        .collect();
    running.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// D1, D2: the whole corpus from eight sides, three times over, and as many large bodies as fit through the limits.
#[test]
fn floods_leave_the_program_alive_and_small() {
    let program = Program::serve("floods", &[]);
    let (address, token) = (program.address.clone(), program.token.clone());
    for _ in 0..20 {
        program.honest();
    }
    let before = program.megabytes();
    let flood = in_threads(8, move |side| {
        let mut answered = 0;
        for _ in 0..3 {
            for attack in corpus::all() {
                let (status, text) = program::post(&address, &token, &attack.body);
                assert!((200..500).contains(&status), "{}: {status} {text}", attack.name);
                let coded = attack.codes.iter().any(|code| text.contains(&format!("\"code\":\"{code}\"")));
                assert!(coded || attack.codes.is_empty(), "{}: {text}", attack.name);
                answered += 1;
            }
        }
        // 9,900 values in 240 KB, which is within every limit.
        let texts = vec![format!("\"{}\"", "x".repeat(20 + side)); 495].join(",");
        let lists = vec![format!("[{texts}]"); 20].join(",");
        let body = format!(
            r#"{{"query":"query($x: [ID!]!) {{ nodes(ids: $x) {{ id }} }}","variables":{{"x":[{lists}]}}}}"#
        );
        for _ in 0..50 {
            let (status, _) = program::post(&address, &token, body.as_bytes());
            assert!((200..500).contains(&status), "{status}");
            answered += 1;
        }
        answered
    });
    assert!(flood.iter().sum::<i32>() > 3_000, "{flood:?}");
    program.honest();
    let after = program.megabytes();
    assert!(after < before + GROWTH, "from {before} MB to {after} MB");
    let said = program.stop();
    for kept in [program::USER, "Bearer", "DROP TABLE", "etc/passwd"] {
        assert!(!said.contains(kept), "the log says `{kept}`");
    }
    assert!(said.lines().all(|line| line.starts_with('{')), "a line of the log is not JSON");
    assert!(said.contains("\"message\":\"request\""), "the log has a line for each request");
}

/// D3: a thousand connections that say nothing, half of a head, or half of a body.
#[test]
fn a_thousand_idle_connections_are_left() {
    let program = Program::serve(
        "idle",
        &[("TRIALGRAPH_SERVER__HEAD_SECONDS", "3"), ("TRIALGRAPH_LIMITS__BODY_SECONDS", "3")],
    );
    program.honest();
    let before = program.megabytes();
    let half = format!("{}{{\"query\":", post_head(&program.address, &program.token, 100));
    let starts = ["", "POST /graphql HTTP/1.1\r\nhost: x\r\n", half.as_str()];
    let mut idle: Vec<TcpStream> = (0..1_000)
        .map(|n| {
            let mut stream = TcpStream::connect(&program.address).unwrap();
            stream.write_all(starts[n % 3].as_bytes()).unwrap();
            stream
        })
        .collect();
    // Honest callers are answered all the while.
    for _ in 0..10 {
        program.honest();
    }
    let grown = program.megabytes();
    assert!(grown < before + GROWTH, "from {before} MB to {grown} MB");
    let began = Instant::now();
    for stream in &mut idle {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut rest = Vec::new();
        // Closed or reset: it is left.
        if let Err(error) = stream.read_to_end(&mut rest) {
            assert!(
                !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
                "a connection is kept after {:?}",
                began.elapsed()
            );
        }
    }
    program.honest();
    program.stop();
}

/// D3: connections that ask for megabytes and read none of them are cut, and what waited for them is let go.
#[test]
fn answers_that_nobody_reads_are_let_go() {
    let program = Program::serve(
        "unread",
        &[("TRIALGRAPH_SERVER__UNREAD_SECONDS", "2"), ("TRIALGRAPH_SERVER__GRAPHIQL", "true")],
    );
    program.honest();
    let ask = format!("GET /assets/graphiql.js HTTP/1.1\r\nhost: {}\r\n\r\n", program.address).repeat(20);
    let mut unread: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(&program.address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.write_all(ask.as_bytes()).unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    while program.connections() > 0 {
        assert!(began.elapsed() < PATIENCE, "{} connections are kept", program.connections());
        std::thread::sleep(Duration::from_millis(200));
    }
    for stream in &mut unread {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.starts_with(b"HTTP/1.1 200"), "it was being answered");
        assert!(rest.len() < 20_000_000, "all of it was sent: {} bytes", rest.len());
    }
    program.honest();
    program.stop();
}

/// P11-06: a byte changed anywhere in the file of the database is found by `trialgraph verify`, which says where.
#[test]
fn a_changed_byte_in_the_file_is_found_by_verify() {
    let founded = Program::serve("bytes", &[]).leave();
    let whole = founded.database();
    let name = b"Somebody Made Up";
    let places: Vec<usize> =
        (0..whole.len() - name.len()).filter(|at| whole[*at..].starts_with(name)).collect();
    // In the ledger's image, and in the table.
    assert!(places.len() >= 2, "{places:?}");
    for at in places {
        let mut bent = whole.clone();
        bent[at] = b'T';
        founded.replace(&bent);
        let (done, said) = founded.run(&["verify"]);
        assert!(!done, "a byte changed at {at} is not found: {said}");
        assert!(said.contains("NOT SOUND") && (said.contains("portal") || said.contains("person")), "{said}");
    }
    founded.replace(&whole);
    assert!(founded.run(&["verify"]).0);
}

/// Keys and data are for their owner alone; a command that misses the master key says so and makes none.
#[test]
fn keys_and_data_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let founded = Founded::new("keys", &[]);
    for name in ["trialgraph.key", "trialgraph.sqlite"] {
        let mode = std::fs::metadata(founded.directory.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let key = founded.directory.join("trialgraph.key");
    std::fs::remove_file(&key).unwrap();
    for command in [&["verify"][..], &["token", "--user", program::USER], &["serve"]] {
        let (done, said) = founded.run(command);
        assert!(!done && said.contains("trialgraph.key is not there"), "{command:?}: {said}");
    }
    assert!(!key.exists());
    // Those that make one for a new installation leave none where there is an old one.
    let (done, said) = founded.run(&["migrate"]);
    assert!(!done && said.contains("does not open under the master keys"), "{said}");
    assert!(!key.exists());
}

/// I4: identifiers that are sent where they belong, and where they do not, are in no line of the log, in no metric, and in no
/// byte of the database's file.
#[test]
fn planted_identifiers_are_in_no_line_of_the_log() {
    const NUMBER: &str = "KNR-77310442-QX";
    const NAME: &str = "Kanarienvogel Qxjz Erfunden";
    const INITIALS: &str = "QXJZ";
    const NATIONAL: &str = "KID-99018-55417-QX";
    const TELEPHONE: &str = "+00 555 7731 0442";
    const BORN: &str = "1987-03-29";
    const NOTE: &str = "Freitext-QX-note-442";
    // The demonstration's data, served as in production, which logs.
    let settings = [
        ("RUST_LOG", "debug"),
        ("TRIALGRAPH_DATABASE__URL", "sqlite:demo-data/trialgraph.sqlite"),
        ("TRIALGRAPH_KEYS__MASTER_FILE", "demo-data/master.key"),
    ];
    let made = Founded::unfounded("canary", &settings).demonstrate("coordinator-bj01").leave();
    let program = made.serve_to("coordinator-bj01");
    let ask = |document: &str, variables: &str| {
        let body = format!("{{\"query\":\"{}\",\"variables\":{variables}}}", document.replace('"', "\\\""));
        post(&program.address, &program.token, body.as_bytes())
    };
    let (_, study) = ask("{ study(code: \"NK510\") { id sites { id } } }", "{}");
    let ids: Vec<&str> =
        study.split("\"id\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let input = format!(
        "{{\"key\":\"canary\",\"study\":\"{}\",\"site\":\"{}\",\"sex\":\"FEMALE\",\"birthYear\":1987,\"consents\":[],\
         \"identity\":{{\"name\":\"{NAME}\",\"hospitalNumber\":\"{NUMBER}\",\"initials\":\"{INITIALS}\",\
         \"nationalId\":\"{NATIONAL}\",\"telephone\":\"{TELEPHONE}\",\"birthDate\":\"{BORN}\"}}}}",
        ids[0], ids[1]
    );
    let screen = "mutation($input: ScreenSubjectInput!) { screenSubject(input: $input) { refusals { code } subject { id } } }";
    // First refused, for want of a consent; then accepted.
    let refused = ask(screen, &format!("{{\"input\":{input}}}")).1;
    assert!(refused.contains("\"subject\":null"), "{refused}");
    let consent = "\"consents\":[{\"purpose\":\"STUDY\",\"version\":\"1\",\"givenOn\":\"2026-01-05\"}]";
    let whole = input.replace("\"consents\":[]", consent).replace("\"canary\"", "\"canary-2\"");
    let accepted = ask(screen, &format!("{{\"input\":{whole}}}")).1;
    assert!(accepted.contains("\"refusals\":[]"), "{accepted}");
    // A free text that is stored, and one that is refused.
    let subject = accepted.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let visit = "mutation($input: RecordVisitInput!) { recordVisit(input: $input) { refusals { code } visit { id } } }";
    for date in ["2026-01-05", "2999-01-01"] {
        let input = format!(
            "{{\"key\":\"{date}\",\"subject\":\"{subject}\",\"date\":\"{date}\",\"note\":\"{NOTE}\"}}"
        );
        ask(visit, &format!("{{\"input\":{input}}}"));
    }
    // Where they do not belong: in a document, a variable of another type, a path, a header, a body that is no JSON.
    ask(&format!("{{ study(code: \"{NUMBER}\") {{ id }} }}"), "{}");
    ask(&format!("{{ {} }}", NUMBER.replace('-', "_")), "{}");
    ask("query($n: Int) { nodes(ids: []) { id } }", &format!("{{\"n\":\"{NAME}\"}}"));
    post(&program.address, &program.token, format!("{{\"query\": {NUMBER}").as_bytes());
    post(&program.address, NUMBER, b"{}");
    let raw = |head: &str| {
        let mut stream = TcpStream::connect(&program.address).unwrap();
        write!(stream, "{head}\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    raw(&format!("GET /graphql?query={NUMBER} HTTP/1.1"));
    raw(&format!("GET /{NUMBER} HTTP/1.1"));
    raw(&format!("GET / HTTP/1.1\r\nx-request-id: {NUMBER}\r\nuser-agent: {NUMBER}"));
    let metrics = raw("GET /metrics HTTP/1.1");
    assert!(metrics.contains("trialgraph_") && !metrics.contains("KNR"), "{metrics}");
    let (founded, log) = program.leave_with_log();
    assert!(log.lines().count() > 20, "the log says little: {log}");
    let database = std::fs::read(founded.directory.join("demo-data/trialgraph.sqlite")).unwrap();
    assert!(!log.contains("Freitext-QX"), "a free text is in the log: {log}");
    for text in [NUMBER, NAME, INITIALS, NATIONAL, TELEPHONE, BORN, "KNR_77310442_QX", "Kanarienvogel"] {
        assert!(!log.contains(text), "{text} is in the log: {log}");
        // Four letters stand by chance in what is encrypted.
        let found = text.len() > 4 && database.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(!found, "{text} is in the file of the database");
    }
}

/// P11-28: grants come up for review every so many days; another administrator confirms them. What somebody may do and see
/// is shown without any data of a study.
#[test]
fn grants_are_reviewed_and_rights_are_shown_on_the_command_line() {
    const OTHER: &str = "another-administrator";
    let founded = Founded::new("reviews", &[]);
    let list = |within: &str| founded.run(&["review-grants", "--as", program::USER, "--within", within]).1;
    assert_eq!(list("89"), "No grant is due within 89 days.\n");
    let due = list("90");
    assert_eq!(due.matches("ADMINISTRATOR in the installation, from ").count(), 2, "{due}");
    assert_eq!(due.matches(" due by ").count(), 2, "{due}");
    assert_eq!(due.matches("never signed in with an account").count(), 2, "{due}");
    let of = |name: &str| {
        let line = due.lines().find(|line| line.contains(&format!(" {name} "))).unwrap();
        line.split(' ').next().unwrap().to_owned()
    };
    let confirm = |user: &str, grant: &str| founded.run(&["review-grants", "--as", user, "--confirm", grant]);
    let (done, said) = confirm(program::USER, &of(program::USER));
    assert!(!done && said.contains("SAME_PERSON"), "{said}");
    let (done, said) = confirm(OTHER, &of(program::USER));
    assert!(done, "{said}");
    let (done, said) = founded.run(&["rights", "--as", program::USER, "--name", OTHER]);
    assert!(
        done && said.contains("ADMINISTRATOR in the installation") && said.contains("grantMembership"),
        "{said}"
    );
    let (done, said) = founded.run(&["rights", "--as", program::USER, "--name", "nobody"]);
    assert!(!done && said.contains("there is no person `nobody`"), "{said}");
}

/// A new master key takes the place of the old one, and the program runs on without that.
#[test]
fn a_master_key_is_rotated_on_the_command_line() {
    let founded = Founded::new("rotation", &[]);
    let file = founded.directory.join("trialgraph.key");
    let old = std::fs::read_to_string(&file).unwrap();
    let (done, new) = founded.run(&["master-key", "second"]);
    assert!(done && new.starts_with("second:"), "{new}");
    std::fs::write(&file, &new).unwrap();
    let (done, said) = founded.run(&["rotate-keys"]);
    assert!(!done && said.contains("does not open under the master keys"), "{said}");
    std::fs::write(&file, format!("{new}{old}")).unwrap();
    let (done, said) = founded.run(&["rotate-keys"]);
    assert!(done && said.contains("3 more secrets and the keys of 0 more subjects"), "{said}");
    std::fs::write(&file, &new).unwrap();
    let (done, said) = founded.run(&["verify"]);
    assert!(done, "{said}");
    let (done, said) = founded.run(&["master-key", "a b"]);
    assert!(!done && said.contains("letters, digits"), "{said}");
}

/// D3: a thousand WebSockets that never say who they are.
#[test]
fn a_thousand_idle_sockets_are_left() {
    let program = Program::serve(
        "sockets",
        &[("TRIALGRAPH_LIMITS__SOCKETS_PER_ADDRESS", "300"), ("TRIALGRAPH_LIMITS__SOCKET_INIT_SECONDS", "5")],
    );
    program.honest();
    let before = program.megabytes();
    let mut sockets = Vec::new();
    let mut taken = 0;
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(&program.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let ask = format!(
            "GET /graphql/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             sec-websocket-protocol: graphql-transport-ws\r\n\r\n",
            program.address
        );
        stream.write_all(ask.as_bytes()).unwrap();
        let mut head = [0; 2048];
        let read = stream.read(&mut head).unwrap();
        let head = String::from_utf8_lossy(&head[..read]);
        if head.starts_with("HTTP/1.1 101") {
            taken += 1;
        } else {
            assert!(head.starts_with("HTTP/1.1 429") && head.contains("RATE_LIMITED"), "{head}");
        }
        sockets.push(stream);
    }
    assert!(taken >= 300, "{taken}");
    for _ in 0..10 {
        program.honest();
    }
    let grown = program.megabytes();
    assert!(grown < before + GROWTH, "from {before} MB to {grown} MB");
    for stream in &mut sockets {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    program.honest();
    program.stop();
}

/// A server that would be reached in the clear says so, and one whose settings are wrong does not start.
#[test]
fn settings_are_looked_at_before_anything_runs() {
    let told = Program::refused(&[
        ("TRIALGRAPH_LIMITS__TOKENS", "3"),
        ("TRIALGRAPH_SERVER__CORS_ORIGINS", "https://a.example,*"),
        ("TRIALGRAPH_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,elsewhere"),
        ("TRIALGRAPH_SERVER__TLS_KEY", "key.pem"),
    ]);
    for name in ["limits.tokens is 3", "`*`", "`elsewhere`", "server.tls_certificate"] {
        assert!(told.contains(name), "{name} in {told}");
    }
    assert!(!told.contains("a.example`"), "{told}");
}

/// A port that is taken is noticed before anything is made, and what an earlier demonstration left stays.
#[test]
fn a_demonstration_on_a_taken_port_replaces_nothing() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let empty = Founded::unfounded("taken", &[]);
    let data = empty.directory.join("demo-data");
    std::fs::create_dir(&data).unwrap();
    let theirs = data.join("trialgraph.sqlite");
    std::fs::write(&theirs, "of an earlier demonstration").unwrap();
    let (done, said) = empty.run(&["demo", "--port", &port]);
    assert!(!done && said.contains(&port) && said.contains("--port"), "{said}");
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "of an earlier demonstration");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
}

/// What README.md shows as the first query is answered as it shows, by the demonstration that it runs.
#[test]
fn the_first_query_is_answered_as_the_readme_says() {
    let readme = include_str!("../../../README.md");
    let between = |from: &str, to: &str| {
        let (_, rest) = readme.split_once(from).unwrap_or_else(|| panic!("README.md has no {from}"));
        rest.split_once(to).unwrap().0
    };
    let user = between("if u['name'] == '", "'");
    let (asked, shown) = (between("-d '", "'\n"), between("```json\n", "\n```"));
    let demonstration = Founded::unfounded("readme", &[]).demonstrate(user);
    let (status, text) = post(&demonstration.address, &demonstration.token, asked.as_bytes());
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!((status, body), (200, shown));
}

/// Sets a password and a second factor of somebody who was invited, at a running server; answers with an access token of the
/// session that this begins.
fn accept(program: &Program, name: &str, invitation: &str) -> String {
    let send = |path: &str, body: serde_json::Value| {
        let (status, text) = post_to(path, (&program.address, ""), body.to_string().as_bytes());
        assert_eq!(status, 200, "{text}");
        let body = text.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str::<serde_json::Value>(body).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    let mut said = serde_json::json!({ "name": name, "invitation": invitation });
    let offer = send("/signin/invitation", said.clone());
    let secret = totp_rs::Secret::try_from_base32(offer["secret"].as_str().unwrap()).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name(name).build().unwrap();
    let seconds = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    said["enrolment"] = offer["enrolment"].clone();
    said["code"] = app.generate(seconds).to_string().into();
    said["password"] = "violet kettle moves sideways".into();
    send("/signin/invitation/accept", said)["accessToken"].as_str().unwrap().to_owned()
}

/// Threat E1: on the command line, too, nobody grants a privileged role alone: who approves proves who they are, and neither a
/// name nor a token that the operator made is a proof.
#[test]
fn a_privileged_role_takes_two_persons_on_the_command_line() {
    const OTHER: &str = "another-administrator";
    let founded = Founded::new("grants", &[]);
    let (done, said) = founded.run(&[
        "add-person",
        "--as",
        program::USER,
        "--name",
        "third",
        "--display-name",
        "Made Up Third",
    ]);
    assert!(done, "{said}");
    let grant = ["grant", "--as", program::USER, "--name", "third", "--role", "ADMINISTRATOR"];
    let (done, said) = founded.run(&grant);
    assert!(!done && said.contains("TWO_PERSONS"), "{said}");
    let (done, said) = founded.run(&[&grant[..], &["--propose", "Three shall administer."]].concat());
    assert!(done, "{said}");
    let line = said.lines().find_map(|line| line.strip_prefix("The grant is proposed: ")).unwrap().to_owned();
    let (_, listed) = founded.run(&["proposals", "--as", OTHER]);
    assert!(listed.contains(&line) && listed.contains("OPEN ADMINISTRATOR"), "{listed}");
    // Both are invited, who never signed in before, and both sign in.
    let mut invitations = Vec::new();
    for (by, name) in [(OTHER, program::USER), (program::USER, OTHER), (OTHER, "third")] {
        let (done, said) = founded.run(&["invite", "--as", by, "--name", name]);
        assert!(done, "{said}");
        invitations.push(said.lines().next().unwrap().to_owned());
    }
    let program = founded.serve();
    let [own, others, thirds] = [program::USER, OTHER, "third"].map(|name| {
        accept(
            &program,
            name,
            &invitations[if name == OTHER {
                1
            } else if name == "third" {
                2
            } else {
                0
            }],
        )
    });
    let founded = program.leave();
    let (_, made) = founded.run(&["token", "--user", OTHER]);
    let approve = |name: &str, token: &str| {
        founded.run_with(&["approve-grant", "--as", name, "--proposal", &line], &format!("{token}\n"))
    };
    let (done, said) = founded.run(&["approve-grant", "--as", OTHER, "--proposal", &line]);
    assert!(!done && said.contains("has to prove who they are"), "{said}");
    let (done, said) = approve(OTHER, &made);
    assert!(!done && said.contains("your token does not say when you last did"), "{said}");
    let (done, said) = approve(OTHER, &own);
    assert!(!done && said.contains("is not one of `another-administrator`"), "{said}");
    let (done, said) = approve(program::USER, &own);
    assert!(!done && said.contains("SAME_PERSON"), "{said}");
    let (done, said) = approve("third", &thirds);
    assert!(!done && said.contains("FORBIDDEN"), "{said}");
    let (done, said) = approve(OTHER, "not.a.token");
    assert!(!done, "{said}");
    let (done, said) = approve(OTHER, &others);
    assert!(done, "{said}");
    let (_, people) = founded.run(&["people", "--as", "third"]);
    assert_eq!(people.matches("ADMINISTRATOR").count(), 3, "{people}");
    assert!(people.contains("signed in last on "), "{people}");
    // P11-29: what happened is in the access log, and a token that the operator made as the operator's.
    let (_, log) = founded.run(&["access-log", "--as", program::USER]);
    assert!(
        log.contains(" SIGNED_IN Somebody Made Up ")
            && log.contains(" TOKEN (operator) for Somebody Made Up "),
        "{log}"
    );
    // Whoever has an account is invited anew by somebody who proves who they are.
    let (done, said) = founded.run(&["invite", "--as", program::USER, "--name", OTHER]);
    assert!(!done && said.contains("has to prove who they are"), "{said}");
    let (done, said) = founded.run_with(&["invite", "--as", program::USER, "--name", OTHER], &own);
    assert!(done, "{said}");
}

/// P11-25: administrators change how long sessions last, within bounds, and everybody reads it.
#[test]
fn settings_of_the_installation_are_changed_on_the_command_line() {
    let founded = Founded::new("installation", &[]);
    let setting =
        |arguments: &[&str]| founded.run(&[&["setting", "--as", program::USER], arguments].concat());
    let (done, said) = setting(&[]);
    assert!(done && said.contains("session.idleMinutes = 15 (5 to 30)"), "{said}");
    let (done, said) = setting(&["session.idleMinutes", "10"]);
    assert!(done, "{said}");
    assert!(setting(&[]).1.contains("session.idleMinutes = 10 (5 to 30)"));
    let (done, said) = setting(&["session.idleMinutes", "31"]);
    assert!(!done && said.contains("from 5 to 30"), "{said}");
    let (done, said) = setting(&["session.nothing", "31"]);
    assert!(!done && said.contains("session.hours"), "{said}");
}

/// How many commands were written tells when something was sealed: metrics are for operators alone. A file of master keys that
/// everybody can read starts nothing.
#[test]
fn metrics_and_keys_are_for_operators_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let get = |program: &Program, token: &str| {
        let mut stream = TcpStream::connect(&program.address).unwrap();
        write!(stream, "GET /metrics HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().to_owned(), answer.contains("trialgraph_commands_total"))
    };
    let shown = ("200".to_owned(), true);
    let kept = ("404".to_owned(), false);
    let token = ("TRIALGRAPH_SERVER__METRICS_TOKEN", "made-up-token");
    let program = Program::serve("metrics", &[token]);
    assert_eq!(
        (get(&program, "made-up-token"), get(&program, "made-up-toke"), get(&program, "")),
        (shown, kept.clone(), kept.clone())
    );
    program.stop();
    let program = Program::serve("metrics-proxy", &[("TRIALGRAPH_SERVER__TRUSTED_PROXIES", "10.0.0.7")]);
    assert_eq!(get(&program, ""), kept, "who comes by a proxy may look local");
    let founded = program.leave();
    let file = founded.directory.join("trialgraph.key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (done, said) = founded.run(&["verify"]);
    assert!(!done && said.contains("chmod 600"), "{said}");
}
