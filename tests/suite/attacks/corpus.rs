//! The attacks that are one request: what is sent, and with which codes it may be answered.
//!
//! Rows are those of the threat model: T (tampering) to E (elevation) of STRIDE, G of GraphQL, S of the stack's own
//! defects (a parser without limits for values, fragments that fan out, equal response keys that run twice).

use serde_json::{Value, json};
use std::fmt::Write;

/// One request of somebody who means harm.
pub struct Attack {
    /// What it tries.
    pub name: &'static str,
    /// The body, JSON or not.
    pub body: Vec<u8>,
    /// The codes of its answer; empty when it does no harm and may be answered.
    pub codes: &'static [&'static str],
}

const TOO_MUCH: &[&str] = &["COST_EXCEEDED"];
const WRONG: &[&str] = &["BAD_USER_INPUT"];
const NONE: &[&str] = &[];

fn query(name: &'static str, codes: &'static [&'static str], text: impl Into<String>) -> Attack {
    with(name, codes, json!({ "query": text.into() }))
}

fn with(name: &'static str, codes: &'static [&'static str], body: Value) -> Attack {
    Attack { name, body: body.to_string().into_bytes(), codes }
}

fn raw(name: &'static str, codes: &'static [&'static str], body: impl Into<Vec<u8>>) -> Attack {
    Attack { name, body: body.into(), codes }
}

/// All of them.
pub fn all() -> Vec<Attack> {
    let mut all = nested();
    all.extend(fragments());
    all.extend(floods());
    all.extend(costs());
    all.extend(variables());
    all.extend(bodies());
    all.extend(texts());
    all.extend(rules());
    all
}

/// Brackets inside brackets, wherever a document may have them. 2,000 of them end a server without a guard.
fn nested() -> Vec<Attack> {
    let lists = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
    let objects = |n: usize| format!("{}1{}", "{a:".repeat(n), "}".repeat(n));
    let mixed = |n: usize| format!("{}1{}", "[{a:".repeat(n), "}]".repeat(n));
    let few = 45;
    let many = 8_000;
    let study = |value: String| format!("{{ study(code: {value}) {{ code }} }}");
    vec![
        query("S1 a list in an argument, 45 deep", TOO_MUCH, study(lists(few))),
        query("S1 a list in an argument, 8,000 deep", TOO_MUCH, study(lists(many))),
        query("S1 an object in an argument, 45 deep", TOO_MUCH, study(objects(few))),
        query("S1 an object in an argument, 6,000 deep", TOO_MUCH, study(objects(6_000))),
        query("S1 lists and objects in turn, 30 deep each", TOO_MUCH, study(mixed(30))),
        query(
            "S1 a default, 45 deep",
            TOO_MUCH,
            format!("query($x: [Int] = {}) {{ __typename }}", lists(few)),
        ),
        query("S1 a default, 8,000 deep", TOO_MUCH, format!("query($x: [Int] = {}) {{ a }}", lists(many))),
        query(
            "S1 a directive's argument, 8,000 deep",
            TOO_MUCH,
            format!("{{ a @skip(if: {}) }}", lists(many)),
        ),
        query(
            "S1 an operation's directive, 45 deep",
            TOO_MUCH,
            format!("query @x(y: {}) {{ a }}", lists(few)),
        ),
        query("S4 a default for a type that is not there", WRONG, "query($x: In = {c: 1}) { __typename }"),
        query(
            "S4 a default for a type that is no input",
            WRONG,
            "query($x: Subject = {c: 1}) { __typename }",
        ),
        query(
            "S1 a variable's directive, 45 deep",
            TOO_MUCH,
            format!("query($x: Int @x(y: {})) {{ a }}", objects(few)),
        ),
        query(
            "S1 a fragment's directive, 45 deep",
            TOO_MUCH,
            format!("{{ ...f }} fragment f on Query @x(y: {}) {{ a }}", lists(few)),
        ),
        query(
            "S1 a list type, 8,000 deep",
            TOO_MUCH,
            format!("query($x: {}Int{}) {{ a }}", "[".repeat(many), "]".repeat(many)),
        ),
        query("S1 only opening brackets", TOO_MUCH, format!("{{ a(x: {}", "[".repeat(16_000))),
        query("S1 only closing brackets", &["COST_EXCEEDED", "BAD_USER_INPUT"], "]".repeat(16_000)),
        query(
            "S1 closing brackets that hide opening ones",
            TOO_MUCH,
            format!("{{ a(x: {}", "][[".repeat(600)),
        ),
        query("S1 brackets after a comment", TOO_MUCH, format!("# \"\n{{ a(x: {}) }}", lists(few))),
        query(
            "S1 brackets after a block text",
            TOO_MUCH,
            format!("{{ a(y: \"\"\"\\\"\"\"\"\"\", x: {}) }}", lists(few)),
        ),
        query("G depth: fields, 41 deep", TOO_MUCH, format!("{}a{}", "{ a ".repeat(41), "}".repeat(41))),
        query("G depth: fields, 5,000 deep", TOO_MUCH, "{ a ".repeat(5_000)),
        query("G depth: fields, 16 deep", TOO_MUCH, format!("{}a{}", "{ a ".repeat(16), "}".repeat(16))),
        query(
            "G depth: inline fragments, 50 deep",
            TOO_MUCH,
            format!("{}a{}", "{ ... ".repeat(50), "}".repeat(50)),
        ),
    ]
}

/// Fragments that fan out, chain, or run in circles.
fn fragments() -> Vec<Attack> {
    let fan = |width: usize, length: usize| {
        let mut text = "{ ...f0 }".to_owned();
        for n in 0..length {
            let _ = write!(text, " fragment f{n} on Query {{ {} }}", format!("...f{} ", n + 1).repeat(width));
        }
        let _ = write!(text, " fragment f{length} on Query {{ __typename }}");
        text
    };
    let chain = |length: usize| fan(1, length);
    let inline = {
        let mut text = "{ ...f0 }".to_owned();
        for n in 0..24 {
            let _ = write!(
                text,
                " fragment f{n} on Query {{ ... {{ ...f{0} }} ... on Query {{ ...f{0} }} }}",
                n + 1
            );
        }
        text.push_str(" fragment f24 on Query { viewer { name } }");
        text
    };
    let fields = {
        let mut text = "{ viewer { memberships { ...f0 } } }".to_owned();
        for n in 0..12 {
            let _ = write!(text, " fragment f{n} on Membership {{ a: role ...f{0} b: role ...f{0} }}", n + 1);
        }
        text.push_str(" fragment f12 on Membership { role }");
        text
    };
    let unused: String = (0..200).map(|n| format!("fragment f{n} on Query {{ __typename }} ")).collect();
    vec![
        query("S2 a fan of two, 31 long: two thousand million fields", TOO_MUCH, fan(2, 31)),
        query("S2 a fan of ten, 9 long", TOO_MUCH, fan(10, 9)),
        query("S2 a fan of two, 20 long", TOO_MUCH, fan(2, 20)),
        query("S2 a fan through inline fragments", TOO_MUCH, inline),
        query("S2 a fan whose aliases multiply", TOO_MUCH, fields),
        query("S2 a chain, 45 long", TOO_MUCH, chain(45)),
        query("S2 a chain, 280 long", TOO_MUCH, chain(280)),
        query("G fragments: 200 that nobody spreads", TOO_MUCH, format!("{{ __typename }} {unused}")),
        query("G fragments: one that spreads itself", WRONG, "{ ...f } fragment f on Query { ...f }"),
        query(
            "G fragments: a circle of three",
            WRONG,
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ... { ...c } } fragment c on Query { viewer { ...a } }",
        ),
        query(
            "G fragments: a circle that nobody spreads",
            WRONG,
            "{ __typename } fragment f on Query { ...f }",
        ),
        query("G fragments: one that is not there", WRONG, "{ ...nowhere }"),
    ]
}

/// Much of one thing.
fn floods() -> Vec<Attack> {
    let aliases = |n: usize, field: &str| (0..n).map(|n| format!("a{n}: {field} ")).collect::<String>();
    let signs = |n: usize| {
        format!(
            "mutation {{ {} }}",
            aliases(n, "withdrawSubject(input: {subject: \"x\", reason: \"y\"}) { revision }")
        )
    };
    vec![
        query("G aliases: 101 at the root", TOO_MUCH, format!("{{ {} }}", aliases(101, "__typename"))),
        query("G aliases: 100 inside", TOO_MUCH, format!("{{ viewer {{ {} }} }}", aliases(100, "name"))),
        query("G aliases: 100 acts in one request", TOO_MUCH, signs(100)),
        query("G aliases: 21 acts in one request", TOO_MUCH, signs(21)),
        query("G width: one field 500 times", TOO_MUCH, format!("{{ {} }}", "__typename ".repeat(500))),
        query(
            "G width: one field 900 times inside",
            NONE,
            format!("{{ viewer {{ {} }} }}", "name ".repeat(900)),
        ),
        query("G width: 30 KB of fields", TOO_MUCH, format!("{{ {} }}", "a ".repeat(15_000))),
        query(
            "G width: 1,900 unknown fields",
            &["BAD_USER_INPUT"],
            format!("{{ viewer {{ {} }} }}", "a ".repeat(1_900)),
        ),
        query(
            "G directives: 1,000 of one kind",
            TOO_MUCH,
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(1_000)),
        ),
        query("G directives: ten unknown ones", TOO_MUCH, format!("{{ __typename {} }}", "@aa".repeat(10))),
        query(
            "G directives: 51 spread over fields",
            TOO_MUCH,
            format!("{{ viewer {{ {} }} }}", "name @skip(if: false) ".repeat(51)),
        ),
        query(
            "G directives: on a fragment spread",
            TOO_MUCH,
            format!("{{ ...f {} }} fragment f on Query {{ __typename }}", "@a ".repeat(30)),
        ),
        query("D2 30 KB of commas", WRONG, ",".repeat(30_000)),
        query("D2 30 KB of a comment", WRONG, "#".repeat(30_000)),
        query("D2 30 KB of one number", WRONG, format!("{{ nodes(ids: {}) {{ id }} }}", "9".repeat(30_000))),
        query("D2 30 KB of one name", WRONG, format!("{{ {} }}", "a".repeat(30_000))),
        query("D2 30 KB of one text", NONE, format!("{{ node(id: \"{}\") {{ id }} }}", "a".repeat(30_000))),
        query(
            "D2 30 KB of escapes",
            NONE,
            format!("{{ node(id: \"{}\") {{ id }} }}", "\\u0041".repeat(5_000)),
        ),
        query(
            "D2 30 KB of block text",
            NONE,
            format!("{{ node(id: \"\"\"{}\"\"\") {{ id }} }}", "\n ".repeat(15_000)),
        ),
        query(
            "D2 1,900 brackets side by side",
            &["BAD_USER_INPUT", "COST_EXCEEDED"],
            format!("{{ a(x: [{}]) }}", "[]".repeat(900)),
        ),
        query("D2 200 KB of a document", TOO_MUCH, format!("{{ {} }}", "__typename ".repeat(18_000))),
        query(
            "D2 200 KB of a text",
            TOO_MUCH,
            format!("{{ node(id: \"{}\") {{ id }} }}", "a".repeat(200_000)),
        ),
        query(
            "D2 200 operations",
            NONE,
            (0..200).map(|n| format!("query q{n} {{ __typename }} ")).collect::<String>(),
        ),
    ]
}

/// Much to answer from little that is asked.
fn costs() -> Vec<Attack> {
    let studies = |inner: &str| format!("{{ studies(first: 100) {{ nodes {{ {inner} }} }} }}");
    let deep = studies(
        "subjects(first: 100) { nodes { history(first: 100) { nodes { changes { fields { name before after } } } } } }",
    );
    let wide: String = (0..19)
        .map(|n| {
            format!("a{n}: subjects(first: 100) {{ nodes {{ assessments {{ id }} visits {{ id }} }} }} ")
        })
        .collect();
    let circle =
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    vec![
        query("G complexity: pages inside pages", TOO_MUCH, deep),
        query("G complexity: the same page under many aliases", TOO_MUCH, studies(&wide)),
        query("G page: 101 objects", TOO_MUCH, "{ studies(first: 101) { totalCount } }"),
        query("G page: a million from the back", TOO_MUCH, "{ studies(last: 1000000) { totalCount } }"),
        with(
            "G page: by a variable",
            TOO_MUCH,
            json!({ "query": "query($n: Int) { studies(first: $n) { totalCount } }", "variables": { "n": 5000 } }),
        ),
        query(
            "G page: by a default",
            TOO_MUCH,
            "query($n: Int = 5000) { studies(first: $n) { totalCount } }",
        ),
        query("G page: fewer than none", WRONG, "{ studies(first: -1) { totalCount } }"),
        query(
            "G page: more than a number holds",
            WRONG,
            "{ studies(first: 99999999999999999999) { totalCount } }",
        ),
        query("G introspection: in circles", WRONG, circle),
        query("G introspection: where it is off", WRONG, "{ __schema { queryType { name } } }"),
        query("G introspection: one type", WRONG, "{ __type(name: \"Subject\") { name } }"),
        query(
            "G introspection: under an alias in a fragment",
            WRONG,
            "{ ...f } fragment f on Query { x: __schema { types { name } } }",
        ),
        query("G introspection: behind a mutation", WRONG, "mutation { __schema { types { name } } }"),
    ]
}

/// What comes as variables.
fn variables() -> Vec<Attack> {
    let ask = "query($x: [ID!]!) { nodes(ids: $x) { id } }";
    let nested =
        |n: usize| format!(r#"{{"query":"{ask}","variables":{{"x":{}1{}}}}}"#, "[".repeat(n), "]".repeat(n));
    let objects = |n: usize| {
        format!(r#"{{"query":"{ask}","variables":{{"x":{}1{}}}}}"#, r#"{"a":"#.repeat(n), "}".repeat(n))
    };
    let ids = |n: usize| json!({ "query": ask, "variables": { "x": vec!["x"; n] } });
    let text = |n: usize| json!({ "query": ask, "variables": { "x": ["a".repeat(n)] } });
    vec![
        raw("S1 variables: a list, 45 deep", TOO_MUCH, nested(45)),
        raw("S1 variables: a list, 100,000 deep", TOO_MUCH, nested(100_000)),
        raw("S1 variables: an object, 30,000 deep", TOO_MUCH, objects(30_000)),
        raw(
            "D2 deep extensions",
            TOO_MUCH,
            format!(r#"{{"query":"{{a}}","extensions":{{"x":{}}}}}"#, "[".repeat(5_000)),
        ),
        with("D2 a list of 501", TOO_MUCH, ids(501)),
        with("D2 a list of 101 ids", WRONG, ids(101)),
        raw(
            "D2 100,000 numbers",
            TOO_MUCH,
            format!(r#"{{"query":"{ask}","variables":{{"x":[1{}]}}}}"#, ",1".repeat(100_000)),
        ),
        raw(
            "D2 20,000 keys",
            TOO_MUCH,
            format!(
                r#"{{"query":"{ask}","variables":{{{}"x":[]}}}}"#,
                (0..20_000).map(|n| format!(r#""k{n}":1,"#)).collect::<String>()
            ),
        ),
        with("D2 a text of 100 KB", TOO_MUCH, text(100_000)),
        with("D2 a text of 60 KB", NONE, text(60_000)),
        with(
            "G coercion: an object for a text",
            WRONG,
            json!({ "query": "query($c: String!) { study(code: $c) { code } }", "variables": { "c": { "$ne": 1 } } }),
        ),
        with(
            "G coercion: null for what must be there",
            WRONG,
            json!({ "query": "query($c: String!) { study(code: $c) { code } }", "variables": { "c": null } }),
        ),
        with(
            "G coercion: nothing for what must be there",
            WRONG,
            json!({ "query": "query($c: String!) { study(code: $c) { code } }" }),
        ),
        with(
            "G coercion: a number beyond all",
            WRONG,
            json!({ "query": "query($n: Int) { studies(first: $n) { totalCount } }", "variables": { "n": 1e300 } }),
        ),
        with(
            "G one variable that the document does not have",
            NONE,
            json!({ "query": "{ __typename }", "variables": { "x": 1 } }),
        ),
    ]
}

/// Bodies that are no request.
fn bodies() -> Vec<Attack> {
    let batch = |n: usize| Value::from(vec![json!({ "query": "{ __typename }" }); n]).to_string();
    vec![
        raw("G batching: ten", WRONG, batch(10)),
        raw("G batching: a hundred", WRONG, batch(100)),
        raw("D2 nothing", WRONG, ""),
        raw("D2 no JSON", WRONG, "query { __typename }"),
        raw("D2 half of one", WRONG, r#"{"query":"{ __typen"#),
        raw("D2 no UTF-8", WRONG, b"{\"query\":\"{ \xff\xfe }\"}".to_vec()),
        raw("D2 zeros", WRONG, vec![0; 100_000]),
        raw("D2 a lone surrogate", WRONG, r#"{"query":"{ \ud800 }"}"#),
        raw(
            "D2 a number without end",
            WRONG,
            format!(r#"{{"query":"{{a}}","variables":{{"x":{}}}}}"#, "9".repeat(100_000)),
        ),
        raw("D2 the query as a number", WRONG, r#"{"query":1}"#),
        raw("D2 the query as a list", WRONG, r#"{"query":["{ __typename }"]}"#),
        raw("D2 no query", WRONG, r#"{"operationName":"a"}"#),
        raw("D2 variables as a text", WRONG, r#"{"query":"{ __typename }","variables":"{}"}"#),
        raw("D2 an operation's name as an object", WRONG, r#"{"query":"{ __typename }","operationName":{}}"#),
        raw(
            "G persisted: a hash that nobody knows",
            &["PERSISTED_QUERY_NOT_FOUND"],
            r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}"#,
        ),
        raw("D2 a body of 300 KB", TOO_MUCH, vec![b' '; 300_000]),
    ]
}

/// Texts that a parser may trip over.
fn texts() -> Vec<Attack> {
    vec![
        query("D2 nothing to parse", WRONG, ""),
        query("D2 a brace", WRONG, "{"),
        query("D2 an empty selection", WRONG, "{ }"),
        query("D2 a text without end", WRONG, "{ node(id: \"x) { id } }"),
        query("D2 a block text without end", WRONG, "{ node(id: \"\"\"x) { id } }"),
        query("D2 a wrong escape", WRONG, r#"{ node(id: "\q") { id } }"#),
        query("D2 an escaped surrogate", WRONG, r#"{ node(id: "\ud800") { id } }"#),
        query("D2 an escape beyond Unicode", WRONG, r#"{ node(id: "\u{110000}") { id } }"#),
        query("D2 a zero byte", WRONG, "{ __typename \u{0} }"),
        query("D2 a mark of the byte order in the middle", &["BAD_USER_INPUT"], "{ __typename \u{200b} }"),
        query("D2 a type system", WRONG, "type Query { a: Int }"),
        query("D2 an emoji", WRONG, "{ 🧬 }"),
        query("D2 a bare number", WRONG, "{ study(code: 1.7976931348623157e309) { code } }"),
        query("G errors: a typo", WRONG, "{ viewr { name } }"),
        query("G errors: a typo in an argument", WRONG, "{ study(cod: \"NK510\") { code } }"),
        query("G errors: a typo in a type", WRONG, "query($x: Strin) { study(code: $x) { code } }"),
        query("G errors: no such keyword", WRONG, "qwerty cop { abc }"),
        query(
            "I1 SQL in an argument",
            NONE,
            "{ study(code: \"x' OR '1'='1'; DROP TABLE subject; --\") { code } }",
        ),
        query("I1 a path in an id", NONE, "{ node(id: \"../../etc/passwd\") { id } }"),
        query("I1 an id of nothing", NONE, "{ node(id: \"\") { id } }"),
        query("I1 a cursor of nothing", WRONG, "{ studies(after: \"x\") { totalCount } }"),
        query(
            "I1 a cursor in hexadecimal",
            WRONG,
            "{ studies(after: \"deadbeef\", first: 1) { totalCount } }",
        ),
        query("I1 both ends of a list", WRONG, "{ studies(first: 1, last: 1) { totalCount } }"),
    ]
}

/// What must not be said.
fn rules() -> Vec<Attack> {
    let dose = "withdrawSubject(input: {subject: \"x\", reason: \"y\"}) { revision }";
    let mass = json!({
        "query": "mutation($input: ScreenSubjectInput!) { screenSubject(input: $input) { revision } }",
        "variables": { "input": { "site": "x", "siteId": 1, "id": "x", "revision": 1, "createdBy": "me" } },
    });
    vec![
        query("S3 a mutation written twice", WRONG, format!("mutation {{ {dose} {dose} }}")),
        query("S3 a mutation twice by an alias", WRONG, format!("mutation {{ x: {dose} x: {dose} }}")),
        query(
            "S3 a mutation twice by its own name",
            WRONG,
            format!("mutation {{ {dose} withdrawSubject: {dose} }}"),
        ),
        query(
            "S3 a mutation twice by a fragment",
            WRONG,
            format!("mutation {{ ...m ...m }} fragment m on Mutation {{ {dose} }}"),
        ),
        query(
            "S3 a mutation twice by an inline fragment",
            WRONG,
            format!("mutation {{ {dose} ... {{ {dose} }} }}"),
        ),
        query(
            "S3 a mutation twice, one of them skipped by a variable",
            WRONG,
            format!("mutation($x: Boolean = false) {{ {dose} ... @skip(if: $x) {{ {dose} }} }}"),
        ),
        query("G two operations and no name", WRONG, "query a { __typename } query b { __typename }"),
        with(
            "G an operation that is not there",
            WRONG,
            json!({ "query": "query a { __typename }", "operationName": "b" }),
        ),
        query("G a subscription by POST", WRONG, "subscription { studyEvents(study: \"x\") { revision } }"),
        query(
            "G a subscription of two",
            WRONG,
            "subscription { a: studyEvents(study: \"x\") { revision } b: studyEvents(study: \"x\") { revision } }",
        ),
        with("G mass assignment: fields that are the server's", WRONG, mass),
        query("G uploads", WRONG, "mutation($f: Upload!) { __typename }"),
        query(
            "E2 a role as a variable nobody asked for",
            WRONG,
            "query($role: Role = ADMINISTRATOR) { viewer { name } }",
        ),
    ]
}
