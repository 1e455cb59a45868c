//! What can be asked.

use super::viewer::Viewer;
use crate::failure::Failure;
use crate::graphql::as_of::{AsOf, Instant};
use crate::graphql::object::study::Study;
use crate::graphql::page::{self, Arguments, PageInfo, Sliced, slice};
use crate::graphql::root_node::RootNode;
use crate::graphql::scope::Scope;
use async_graphql::{Context, Object, Result, Value};
use objects::{Now, object};
use policy::DataGroup;

/// What can be asked.
pub struct Query;

pub(crate) fn scope<'c>(cx: &Context<'c>) -> Result<&'c Scope, Failure> {
    cx.data_opt::<Scope>().ok_or_else(|| Failure::internal("a request without scope"))
}

/// Everything that can be asked. A root field is null when there is nothing, or nothing that is yours to see.
#[Object(name = "Query")]
impl Query {
    /// Who is asking: roles, sites, and what may be done.
    #[graphql(tag = "Envelope")]
    async fn viewer(&self, cx: &Context<'_>) -> Option<Result<Now<Viewer>>> {
        Some(viewer(cx).await.map(Now).map_err(Into::into))
    }

    /// The thing that a global id names, exactly as it is seen by way of its study; null for anything that is not
    /// there or not yours.
    #[graphql(tag = "Envelope")]
    async fn node(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: async_graphql::ID,
    ) -> Option<Result<Now<RootNode>>> {
        match find(cx, &id).await {
            Ok(found) => found.map(|node| Ok(Now(node))),
            Err(failure) => Some(Err(failure.into())),
        }
    }

    /// The things that some global ids name, in order; null in the place of each that is not there or not yours.
    /// At most 100.
    #[graphql(tag = "Envelope", complexity = "objects::plan::list_cost(ids.len(), child_complexity)")]
    async fn nodes(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The global ids.")] ids: Vec<async_graphql::ID>,
    ) -> Option<Result<Now<Vec<Option<RootNode>>>>> {
        if ids.len() > 100 {
            let failure =
                Failure::bad_input(format!("`ids` names {} things; at most 100 are allowed", ids.len()));
            return Some(Err(failure.into()));
        }
        let mut found = Vec::with_capacity(ids.len());
        for id in &ids {
            match find(cx, id).await {
                Ok(node) => found.push(node),
                Err(failure) => return Some(Err(failure.into())),
            }
        }
        Some(Ok(Now(found)))
    }

    /// Studies in which you have business, by code, page by page.
    #[graphql(
        tag = "Envelope",
        complexity = "objects::plan::list_cost(page::asked(first, last), child_complexity)"
    )]
    async fn studies(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "How many from the front, at most 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<Now<StudyConnection>>> {
        Some(studies(cx, Arguments { first, after, last, before }).await.map_err(Into::into))
    }

    /// One study: live, or exactly as it stood at a revision, a time, or a named data cut.
    #[graphql(tag = "Envelope")]
    async fn study(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The study's code.")] code: String,
        #[graphql(desc = "The point in its history; now unless given.")] as_of: Option<AsOf>,
    ) -> Option<Result<Now<Study>>> {
        let asked = async {
            let scope = scope(cx)?;
            let at = Instant::of(as_of, scope.now())?;
            scope.study_by_code(&code, &at).await
        };
        match asked.await {
            Ok(view) => view.map(|view| Ok(Now(Study(view)))),
            Err(failure) => Some(Err(failure.into())),
        }
    }
}

/// The viewer, with the studies of what `can` asks about.
async fn viewer(cx: &Context<'_>) -> Result<Viewer, Failure> {
    let scope = scope(cx)?;
    let mut viewer = Viewer::new(scope.clone());
    for field in cx.look_ahead().field("can").selection_fields() {
        // Arguments that do not read are refused when the field is answered.
        let arguments = field.arguments().unwrap_or_default();
        let on = arguments.iter().find(|(name, _)| name == "on");
        if let Some((_, Value::String(id))) = on
            && let Some(view) = scope.study_of(id).await?
        {
            viewer.hold(id.clone(), view);
        }
    }
    Ok(viewer)
}

async fn find(cx: &Context<'_>, id: &str) -> Result<Option<RootNode>, Failure> {
    let Some(view) = scope(cx)?.study_of(id).await? else { return Ok(None) };
    Ok(RootNode::find(view, id))
}

async fn studies(cx: &Context<'_>, arguments: Arguments) -> Result<Now<StudyConnection>, Failure> {
    let scope = scope(cx)?;
    let mut registered: Vec<_> = scope.portal().studies(scope.actor());
    registered.sort_by(|a, b| a.code.cmp(&b.code));
    let mut all = Vec::with_capacity(registered.len());
    for study in registered {
        all.extend(scope.study(study.id, &Instant::Live).await?.map(Study));
    }
    let page = slice(all, &arguments, |study| study.0.study_id()).map_err(Failure::from)?;
    Ok(Now(StudyConnection(page)))
}

/// A page of studies.
#[object(name = "StudyConnection", gate = open)]
impl StudyConnection {
    /// The studies with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<StudyEdge> {
        self.0
            .items
            .iter()
            .map(|(cursor, node)| StudyEdge { cursor: cursor.clone(), node: node.clone() })
            .collect()
    }
    /// The studies.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<Study> {
        self.0.items.iter().map(|(_, node)| node.clone()).collect()
    }
    /// Where the page stands.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.0.info.clone()
    }
    /// How many studies there are for you in all.
    #[group(Envelope)]
    fn total_count(&self) -> i32 {
        self.0.total
    }
}

/// A page of studies.
pub struct StudyConnection(Sliced<Study>);

/// A study with its cursor.
#[object(name = "StudyEdge", gate = open)]
impl StudyEdge {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The study.
    #[group(Envelope)]
    fn node(&self) -> Study {
        self.node.clone()
    }
}

/// A study with its cursor.
pub struct StudyEdge {
    cursor: String,
    node: Study,
}
