//! What can be written as the value of a field, and how the common wrappers do it.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::registry::{MetaField, Registry};
use async_graphql::{Error, ID, OutputType};

use crate::plan::{Node, PlanCx};
use crate::run::{Fail, Run};
use crate::sink::Sink;

/// A value that is planned once per query field and then written, row by row, without a future.
///
/// Derived by [`object`](crate::object), [`interface`](crate::interface), [`union`](crate::union) and
/// [`leaf!`](crate::leaf!); rarely written by hand.
pub trait Out: Send + Sync {
    /// What is known before the first row: selected fields, coerced arguments, the plans below.
    type Plan<'q>;

    /// True when the type is nullable in the schema.
    const NULLABLE: bool = false;

    /// True when the type carries its own state and can be written masked (see [`Stated`](crate::Stated)).
    const STATED: bool = false;

    /// The GraphQL name, without the mark of a non-null type.
    fn type_name() -> Cow<'static, str>;

    /// The name of the object that this value is; differs from [`Out::type_name`] for interfaces and unions.
    fn concrete_name(&self) -> Cow<'static, str> {
        Self::type_name()
    }

    /// The name as it stands in a field's type: `String!`, or `String` when nullable.
    fn qualified() -> String {
        if Self::NULLABLE { Self::type_name().into_owned() } else { format!("{}!", Self::type_name()) }
    }

    /// Enters the type into the schema and returns its qualified name.
    fn register(registry: &mut Registry) -> String;

    /// The declaration of one of the object's fields; none if there is no such field.
    fn meta_field(name: &str, registry: &mut Registry) -> Option<MetaField> {
        let _ = (name, registry);
        None
    }

    /// Plans all nodes of one response key together, so that equal keys are merged by construction.
    fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q>;

    /// Writes the value.
    ///
    /// # Errors
    /// [`Fail`] says how far the failure travels; what went wrong is already recorded in `run`.
    fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail>;

    /// Writes what stands for a value that the viewer may not see.
    ///
    /// # Errors
    /// As for [`Out::write`].
    fn write_masked<'p, S: Sink>(plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        let _ = plan;
        run.sink.null();
        Ok(())
    }
}

/// An error that a field may return. Unlike the library's, it needs no `Display`: the text for the caller is
/// chosen here, and nothing is published by accident.
pub trait Failure: Send + Sync {
    /// The error as the caller is to see it, with its code in the extensions.
    fn to_error(&self) -> Error;
}

impl Failure for Error {
    fn to_error(&self) -> Error {
        self.clone()
    }
}

macro_rules! through {
    ([$($generics:tt)*] $wrapper:ty) => {
        impl<$($generics)*> Out for $wrapper {
            type Plan<'q> = T::Plan<'q>;
            const NULLABLE: bool = T::NULLABLE;
            const STATED: bool = T::STATED;
            fn type_name() -> Cow<'static, str> {
                T::type_name()
            }
            fn concrete_name(&self) -> Cow<'static, str> {
                (**self).concrete_name()
            }
            fn register(registry: &mut Registry) -> String {
                T::register(registry)
            }
            fn meta_field(name: &str, registry: &mut Registry) -> Option<MetaField> {
                T::meta_field(name, registry)
            }
            fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q> {
                T::plan(cx, nodes)
            }
            fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
                (**self).write(plan, run)
            }
            fn write_masked<'p, S: Sink>(plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
                T::write_masked(plan, run)
            }
        }
    };
}

through!([T: Out + ?Sized] &T);
through!([T: Out + ?Sized] Arc<T>);
through!([T: Out + ?Sized] Box<T>);
through!([T: Out + ToOwned<Owned: Send + Sync> + ?Sized] Cow<'_, T>);

impl<T: Out> Out for Option<T> {
    type Plan<'q> = T::Plan<'q>;
    const NULLABLE: bool = true;
    const STATED: bool = T::STATED;
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }
    fn concrete_name(&self) -> Cow<'static, str> {
        self.as_ref().map_or_else(T::type_name, T::concrete_name)
    }
    fn register(registry: &mut Registry) -> String {
        T::register(registry);
        Self::qualified()
    }
    fn meta_field(name: &str, registry: &mut Registry) -> Option<MetaField> {
        T::meta_field(name, registry)
    }
    fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q> {
        T::plan(cx, nodes)
    }
    fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        match self {
            Some(value) => run.nullable(|run| value.write(plan, run)),
            None => {
                run.sink.null();
                Ok(())
            }
        }
    }
}

impl<T: Out, E: Failure> Out for Result<T, E> {
    type Plan<'q> = T::Plan<'q>;
    const NULLABLE: bool = T::NULLABLE;
    const STATED: bool = T::STATED;
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }
    fn concrete_name(&self) -> Cow<'static, str> {
        self.as_ref().map_or_else(|_| T::type_name(), T::concrete_name)
    }
    fn register(registry: &mut Registry) -> String {
        T::register(registry)
    }
    fn meta_field(name: &str, registry: &mut Registry) -> Option<MetaField> {
        T::meta_field(name, registry)
    }
    fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q> {
        T::plan(cx, nodes)
    }
    fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        match self {
            Ok(value) => value.write(plan, run),
            Err(failure) => run.failed(failure.to_error(), T::NULLABLE),
        }
    }
    fn write_masked<'p, S: Sink>(plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        T::write_masked(plan, run)
    }
}

impl<T: Out> Out for [T] {
    type Plan<'q> = T::Plan<'q>;
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("[{}]", T::qualified()))
    }
    fn register(registry: &mut Registry) -> String {
        T::register(registry);
        Self::qualified()
    }
    fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q> {
        T::plan(cx, nodes)
    }
    fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        run.list(self, plan)
    }
}

macro_rules! as_slice {
    ([$($generics:tt)*] $list:ty) => {
        impl<$($generics)*> Out for $list {
            type Plan<'q> = T::Plan<'q>;
            fn type_name() -> Cow<'static, str> {
                <[T]>::type_name()
            }
            fn register(registry: &mut Registry) -> String {
                <[T]>::register(registry)
            }
            fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Plan<'q> {
                T::plan(cx, nodes)
            }
            fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
                run.list(self, plan)
            }
        }
    };
}

as_slice!([T: Out] Vec<T>);
as_slice!([T: Out, const N: usize] [T; N]);

/// A type that the library registers itself and that is one call on the sink.
macro_rules! scalar {
    ($($ty:ty as $stock:ty: |$value:ident, $sink:ident| $write:expr;)*) => {$(
        impl Out for $ty {
            type Plan<'q> = ();
            fn type_name() -> Cow<'static, str> {
                <$stock as OutputType>::type_name()
            }
            fn register(registry: &mut Registry) -> String {
                <$stock as OutputType>::create_type_info(registry)
            }
            fn plan<'q>(_: &PlanCx<'q>, _: &[&'q Node]) -> Self::Plan<'q> {}
            fn write<'p, S: Sink>(&self, (): &'p (), run: &mut Run<'p, S>) -> Result<(), Fail> {
                let ($value, $sink) = (self, &mut run.sink);
                $write;
                Ok(())
            }
        }
    )*};
}

scalar! {
    str as str: |value, sink| sink.string(value);
    String as String: |value, sink| sink.string(value);
    bool as bool: |value, sink| sink.boolean(*value);
    i32 as i32: |value, sink| sink.integer(i64::from(*value));
    i16 as i16: |value, sink| sink.integer(i64::from(*value));
    i8 as i8: |value, sink| sink.integer(i64::from(*value));
    u16 as u16: |value, sink| sink.integer(i64::from(*value));
    u8 as u8: |value, sink| sink.integer(i64::from(*value));
    uuid::Uuid as uuid::Uuid: |value, sink| sink.display(value);
    ID as ID: |value, sink| sink.string(value);
}

impl Out for f64 {
    type Plan<'q> = ();
    fn type_name() -> Cow<'static, str> {
        <f64 as OutputType>::type_name()
    }
    fn register(registry: &mut Registry) -> String {
        <f64 as OutputType>::create_type_info(registry)
    }
    fn plan<'q>(_: &PlanCx<'q>, _: &[&'q Node]) -> Self::Plan<'q> {}
    /// Not a number and the infinities have no place in JSON: they are an error of the field, never a null in a
    /// non-null place.
    fn write<'p, S: Sink>(&self, (): &'p (), run: &mut Run<'p, S>) -> Result<(), Fail> {
        if self.is_finite() {
            run.sink.float(*self);
            return Ok(());
        }
        run.failed(crate::run::coded("INTERNAL", "The value is not a finite number."), false)
    }
}
