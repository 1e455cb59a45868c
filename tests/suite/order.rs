//! Subjects in the order that was asked for, page by page, from both ends.

use serde_json::{Value, json};
use tests::{TestApp, both};

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $orderBy: SubjectOrder) {
    study(code: \"NK510\") { subjects(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { code } } } }";

async fn page(app: &TestApp, name: &str, variables: Value) -> Value {
    app.as_(name).query(PAGE, variables).await.one()["subjects"].clone()
}

fn codes(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["code"].as_str().unwrap().to_owned()).collect()
}

/// Every code, page by page of four, from the front.
async fn forwards(app: &TestApp, name: &str, order: Value) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = page(app, name, json!({ "first": 4, "after": after, "orderBy": order })).await;
        all.extend(codes(&page));
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], all.len());
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The same from the back, turned round.
async fn backwards(app: &TestApp, name: &str, order: Value) -> Vec<String> {
    let (mut all, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = page(app, name, json!({ "last": 4, "before": before, "orderBy": order })).await;
        all = codes(&page).into_iter().chain(all).collect();
        if page["pageInfo"]["hasPreviousPage"] == false {
            return all;
        }
        before = page["pageInfo"]["startCursor"].clone();
    }
}

both! {
    /// Each order runs the same from both ends, and DESC is ASC turned round; the board's goes by its pseudonyms.
    async fn subjects_come_in_the_order_asked_for(app: &TestApp) {
        let screened: Vec<String> = app.world.subjects.iter().map(|subject| subject.code.clone()).collect();
        let mut sorted = screened.clone();
        sorted.sort();
        assert_ne!(screened, sorted);
        for (field, expected) in [("SCREENING", &screened), ("CODE", &sorted)] {
            let turned: Vec<String> = expected.iter().rev().cloned().collect();
            for (direction, expected) in [(json!(null), expected), (json!("ASC"), expected), (json!("DESC"), &turned)] {
                let order = json!({ "field": field, "direction": direction });
                assert_eq!(&forwards(app, "statistician", order.clone()).await, expected, "{order}");
                assert_eq!(&backwards(app, "statistician", order.clone()).await, expected, "{order}");
            }
        }
        assert_eq!(forwards(app, "statistician", json!(null)).await, screened);
        let by_code = json!({ "field": "CODE", "direction": "DESC" });
        let own: Vec<String> = sorted.iter().rev().filter(|code| code.starts_with("SH01")).cloned().collect();
        assert_eq!(forwards(app, "coordinator-sh01", by_code.clone()).await, own);
        crate::board::cut(app, "first", "2026-11-01").await;
        let pseudonyms = forwards(app, "dsmb-member", by_code.clone()).await;
        let mut expected = pseudonyms.clone();
        expected.sort();
        expected.reverse();
        assert_eq!((pseudonyms.len(), &pseudonyms), (screened.len(), &expected));
        assert_eq!(backwards(app, "dsmb-member", by_code).await, expected);
        let unknown = json!({ "first": 4, "orderBy": { "field": "COHORT" } });
        let refused = app.as_("statistician").query(PAGE, unknown).await;
        assert_eq!(refused.codes(), ["BAD_USER_INPUT"]);
        assert!(refused.text.contains("SCREENING"), "{}", refused.text);
    }
}
