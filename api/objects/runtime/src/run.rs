//! Writes a planned value: the path, the errors and how far a failure travels; and the two entrances from the
//! library.

use std::any::Any;

use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{
    Context, ContextSelectionSet, Error, Name, PathSegment, Pos, QueryPathSegment, ServerError, ServerResult,
    Value,
};
use bytes::Bytes;

use crate::budget::{Budget, FIELDS_PER_QUESTION, Limit};
use crate::gate::{Permissions, Permit, Rights};
use crate::out::Out;
use crate::plan::{Bad, Key, Node, Object, PlanCx, Sel};
use crate::response::Mode;
use crate::sink::{JsonSink, Sink, ValueSink};

/// How far a failure travels. What went wrong has been recorded where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fail {
    /// To the nearest nullable position, which becomes null.
    Null,
    /// To the boundary: the budget is spent.
    Abort,
}

/// Access to the request, for methods that ask for it: `fn site(&self, cx: &Cx<'_>) -> ..`.
pub struct Cx<'a> {
    ctx: &'a ContextSelectionSet<'a>,
    rights: Option<&'a dyn Permissions>,
    budget: Option<&'a dyn Budget>,
}

impl<'a> Cx<'a> {
    fn new(ctx: &'a ContextSelectionSet<'a>) -> Self {
        Cx {
            ctx,
            rights: ctx.data_opt::<Rights>().map(|rights| &*rights.0),
            budget: ctx.data_opt::<Limit>().map(|limit| &*limit.0),
        }
    }

    /// A datum of the request, or else of the schema.
    pub fn data<T: Any + Send + Sync>(&self) -> Option<&'a T> {
        self.ctx.data_opt::<T>()
    }

    /// A datum that the server always provides.
    ///
    /// # Errors
    /// With code `INTERNAL` if it did not.
    pub fn require<T: Any + Send + Sync>(&self) -> Result<&'a T, Error> {
        self.data::<T>().ok_or_else(|| coded("INTERNAL", "The request lacks data that the server provides."))
    }

    /// The request's rights. Without any, nothing is allowed.
    pub fn permits(&self, group: u16) -> Permit {
        match self.rights {
            Some(rights) if rights.allows(group) => Permit::Allowed,
            _ => Permit::Masked,
        }
    }
}

/// An error with a code.
pub fn coded(code: &'static str, message: impl Into<String>) -> Error {
    let mut error = Error::new(message);
    error.extensions.get_or_insert_default().set("code", code);
    error
}

#[derive(Clone, Copy)]
enum Segment<'p> {
    Key(&'p Name, Pos),
    Index(usize),
}

/// One run over a plan.
pub struct Run<'p, S> {
    /// Where the values go.
    pub sink: S,
    /// Access to the request.
    pub cx: &'p Cx<'p>,
    path: Vec<Segment<'p>>,
    prefix: Vec<PathSegment>,
    pos: Pos,
    errors: Vec<ServerError>,
    fields: u32,
}

impl<'p, S: Sink> Run<'p, S> {
    fn new(sink: S, cx: &'p Cx<'p>, pos: Pos) -> Self {
        Run { sink, cx, path: Vec::new(), prefix: prefix(cx.ctx), pos, errors: Vec::new(), fields: 0 }
    }

    /// Writes a nullable value: a failure inside ends here as null.
    ///
    /// # Errors
    /// [`Fail::Abort`] only.
    pub fn nullable(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Fail>) -> Result<(), Fail> {
        let (mark, depth) = (self.sink.mark(), self.path.len());
        match write(self) {
            Err(Fail::Null) => {
                self.path.truncate(depth);
                self.sink.rollback(mark);
                self.sink.null();
                Ok(())
            }
            other => other,
        }
    }

    /// Writes a list.
    ///
    /// # Errors
    /// As for [`Out::write`]; the budget may end it.
    pub fn list<T: Out>(&mut self, items: &[T], plan: &'p T::Plan<'_>) -> Result<(), Fail> {
        self.sink.open_list(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(Segment::Index(index));
            self.spend()?;
            self.sink.item();
            item.write(plan, self)?;
            self.path.pop();
        }
        self.sink.close_list();
        Ok(())
    }

    /// Records an error of the value that is being written.
    ///
    /// # Errors
    /// [`Fail::Null`] unless the value may be null, in which case null is written.
    pub fn failed(&mut self, error: Error, nullable: bool) -> Result<(), Fail> {
        let pos = self.path.iter().rev().find_map(|segment| match segment {
            Segment::Key(_, pos) => Some(*pos),
            Segment::Index(_) => None,
        });
        self.record(error.into_server_error(pos.unwrap_or(self.pos)));
        self.null_if(nullable)
    }

    /// Writes a field that cannot be answered.
    ///
    /// # Errors
    /// As for [`Run::failed`].
    pub fn bad(&mut self, bad: &Bad) -> Result<(), Fail> {
        self.record(bad.error.clone());
        self.null_if(bad.nullable)
    }

    fn null_if(&mut self, nullable: bool) -> Result<(), Fail> {
        if !nullable {
            return Err(Fail::Null);
        }
        self.sink.null();
        Ok(())
    }

    fn record(&mut self, error: ServerError) {
        let own = self.path.iter().map(|segment| match segment {
            Segment::Key(name, _) => PathSegment::Field(name.to_string()),
            Segment::Index(index) => PathSegment::Index(*index),
        });
        let path = self.prefix.iter().cloned().chain(own).collect();
        self.errors.push(error.with_path(path));
    }

    fn spend(&mut self) -> Result<(), Fail> {
        let Some(budget) = self.cx.budget else { return Ok(()) };
        budget.item().map_err(|spent| {
            // Nothing is written after this, so the answer of `failed` does not matter.
            let _ = self.failed(coded(spent.code, spent.message), false);
            Fail::Abort
        })
    }

    fn enter(&mut self, key: &Key<'p>) -> Result<(), Fail> {
        self.path.push(Segment::Key(key.name, key.pos));
        self.fields = self.fields.wrapping_add(1);
        if self.fields.is_multiple_of(FIELDS_PER_QUESTION) {
            self.spend()?;
        }
        self.sink.planned_key(key);
        Ok(())
    }
}

/// Writes an object's selected fields.
///
/// # Errors
/// As for [`Out::write`].
pub fn write_object<'p, T: Object, S: Sink>(
    object: &T,
    plan: &'p Sel<'_, T::Field<'_>>,
    run: &mut Run<'p, S>,
) -> Result<(), Fail> {
    run.sink.open_object(plan.fields.len());
    for (key, field) in &plan.fields {
        run.enter(key)?;
        object.write_field(field, run)?;
        run.path.pop();
    }
    run.sink.close_object();
    Ok(())
}

/// The first entrance: the library resolves a field whose type is ours.
///
/// # Errors
/// The last recorded error, when the failure reached the top; the others are in the context.
pub fn resolve<T: Out + ?Sized>(
    value: &T,
    ctx: &ContextSelectionSet<'_>,
    field: &Node,
) -> ServerResult<Value> {
    let cx = Cx::new(ctx);
    let plan = T::plan(&PlanCx::new(ctx), &[field]);
    if ctx.data_opt::<Mode>() == Some(&Mode::Bytes) && is_sole(ctx) {
        let sink = write(&cx, JsonSink::roomy(), field.pos, |run| value.write(&plan, run))?;
        return Ok(Value::Binary(Bytes::from(sink.0)));
    }
    write(&cx, ValueSink::default(), field.pos, |run| value.write(&plan, run)).map(ValueSink::finish)
}

/// The second entrance: the library asks an object for one field (its own interfaces and `flatten` do so).
/// It reads the same rights and budget as the first.
///
/// # Errors
/// As for [`resolve`].
pub fn resolve_field<T: Object>(object: &T, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
    let name = ctx.item.node.name.node.as_str();
    if !T::TYPE_FIELDS.iter().any(|(field, _)| *field == name) {
        return Ok(None);
    }
    let item = ctx.item;
    let ctx = ctx.with_selection_set(&item.node.selection_set);
    let cx = Cx::new(&ctx);
    let planned = T::plan_field(&PlanCx::new(&ctx), &[item]);
    write(&cx, ValueSink::default(), item.pos, |run| object.write_field(&planned, run))
        .map(|sink| Some(sink.finish()))
}

fn write<'p, S: Sink>(
    cx: &'p Cx<'p>,
    sink: S,
    pos: Pos,
    write: impl FnOnce(&mut Run<'p, S>) -> Result<(), Fail>,
) -> ServerResult<S> {
    let mut run = Run::new(sink, cx, pos);
    let failure = match write(&mut run) {
        Ok(()) => None,
        Err(Fail::Null | Fail::Abort) => run.errors.pop(),
    };
    for error in run.errors {
        cx.ctx.add_error(error);
    }
    match failure {
        Some(error) => Err(error),
        None => Ok(run.sink),
    }
}

fn prefix(ctx: &ContextSelectionSet<'_>) -> Vec<PathSegment> {
    let Some(node) = &ctx.path_node else { return Vec::new() };
    let segments = std::iter::once(node).chain(node.parents()).map(|node| match node.segment {
        QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
        QueryPathSegment::Index(index) => PathSegment::Index(index),
    });
    let mut path: Vec<_> = segments.collect();
    path.reverse();
    path
}

/// Whether the library asks for this place once. If a key above, or the own one, has several nodes, it asks for
/// each and merges the answers, which works for a `Value` but would lose bytes.
fn is_sole(ctx: &ContextSelectionSet<'_>) -> bool {
    let Some(node) = &ctx.path_node else { return false };
    let names = std::iter::once(node).chain(node.parents()).filter_map(|node| match node.segment {
        QueryPathSegment::Name(name) => Some(name),
        QueryPathSegment::Index(_) => None,
    });
    let mut path: Vec<_> = names.collect();
    let mut set = &ctx.query_env.operation.node.selection_set.node;
    while let Some(key) = path.pop() {
        let (mut found, mut visited) = (Vec::new(), Vec::new());
        gather(ctx, set, key, &mut found, &mut visited);
        let [only] = found[..] else { return false };
        set = &only.node.selection_set.node;
    }
    true
}

fn gather<'a>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    key: &str,
    found: &mut Vec<&'a Node>,
    visited: &mut Vec<&'a str>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(node) if node.node.response_key().node == key => found.push(node),
            Selection::Field(_) => {}
            Selection::InlineFragment(fragment) => {
                gather(ctx, &fragment.node.selection_set.node, key, found, visited);
            }
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                if visited.contains(&name) {
                    continue;
                }
                visited.push(name);
                if let Some(fragment) = ctx.query_env.fragments.get(name) {
                    gather(ctx, &fragment.node.selection_set.node, key, found, visited);
                }
            }
        }
    }
}
