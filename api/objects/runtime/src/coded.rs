//! Enums: a Rust enum of another crate as a GraphQL enum.

use std::borrow::Cow;
use std::fmt;

use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned,
    ServerResult, Value,
};

use crate::out::Out;
use crate::plan::{Node, PlanCx};
use crate::run::{Fail, Run};
use crate::sink::Sink;

/// How an enum is spelt in GraphQL. Implemented on a marker, so that it can be about an enum of another crate;
/// for a local enum the marker may be the enum itself. [`term!`](crate::term!) writes it.
pub trait Term: 'static {
    /// The Rust enum.
    type Value: Copy + Send + Sync + 'static;
    /// The GraphQL name.
    const NAME: &'static str;
    /// The type's description.
    const DESCRIPTION: &'static str;

    /// Every value's code and description, in the order of the schema.
    fn values() -> &'static [(&'static str, &'static str)];
    /// The code of a value.
    fn as_str(value: Self::Value) -> &'static str;
    /// The value of a code; none if there is no such code.
    fn from_code(code: &str) -> Option<Self::Value>;
}

/// A value of a [`Term`], as a field's type or an argument's.
pub struct Coded<T: Term>(
    /// The Rust value.
    pub T::Value,
);

impl<T: Term> Coded<T> {
    /// The value's code.
    pub fn code(self) -> &'static str {
        T::as_str(self.0)
    }
}

impl<T: Term> Clone for Coded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Term> Copy for Coded<T> {}

impl<T: Term<Value: PartialEq>> PartialEq for Coded<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Term<Value: Eq>> Eq for Coded<T> {}

impl<T: Term> fmt::Debug for Coded<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

fn register<T: Term>(registry: &mut Registry) -> String {
    let value = |(code, description): &(&str, &str)| {
        let meta = MetaEnumValue {
            name: (*code).to_owned(),
            description: (!description.is_empty()).then(|| (*description).to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        ((*code).to_owned(), meta)
    };
    registry.create_output_type::<Coded<T>, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: T::NAME.to_owned(),
        description: Some(T::DESCRIPTION.to_owned()),
        enum_values: T::values().iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<Coded<T>>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

impl<T: Term> Out for Coded<T> {
    type Plan<'q> = ();
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }
    fn register(registry: &mut Registry) -> String {
        register::<T>(registry)
    }
    fn plan<'q>(_: &PlanCx<'q>, _: &[&'q Node]) -> Self::Plan<'q> {}
    fn write<'p, S: Sink>(&self, (): &'p (), run: &mut Run<'p, S>) -> Result<(), Fail> {
        run.sink.term(self.code());
        Ok(())
    }
}

impl<T: Term> OutputType for Coded<T> {
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        register::<T>(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Enum(Name::new(self.code())))
    }
}

impl<T: Term> InputType for Coded<T> {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        T::NAME.into()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        register::<T>(registry)
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let code = match &value {
            Value::Enum(code) => code.as_str(),
            Value::String(code) => code.as_str(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        T::from_code(code).map(Coded).ok_or_else(|| {
            InputValueError::custom(format_args!("the enum has no value {code}"))
                .with_extension("code", "BAD_USER_INPUT")
        })
    }
    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.code()))
    }
    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}

/// Spells an enum in GraphQL. The match is exhaustive: a new variant does not compile until it has a code.
///
/// ```
/// mod entity {
///     #[derive(Clone, Copy)]
///     pub enum Fruit { Apple, Pear }
/// }
/// objects::term! {
///     /// What grows in the garden.
///     pub Fruit for entity::Fruit as "Fruit" {
///         /// Keeps all winter.
///         Apple = "APPLE",
///         /// Does not.
///         Pear = "PEAR",
///     }
/// }
/// let apple: objects::Coded<Fruit> = objects::Coded(entity::Fruit::Apple);
/// assert_eq!(apple.code(), "APPLE");
/// ```
#[macro_export]
macro_rules! term {
    (
        $(#[doc = $doc:literal])+
        $visibility:vis $marker:ident for $value:ty as $name:literal {
            $($(#[doc = $text:literal])+ $variant:ident = $code:literal),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        $visibility struct $marker;
        impl $crate::Term for $marker {
            type Value = $value;
            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = $crate::coded::trimmed(concat!($($doc, "\n"),+));
            fn values() -> &'static [(&'static str, &'static str)] {
                const { &[$(($code, $crate::coded::trimmed(concat!($($text, "\n"),+)))),+] }
            }
            fn as_str(value: Self::Value) -> &'static str {
                match value {
                    $(<$value>::$variant => $code),+
                }
            }
            fn from_code(code: &str) -> ::core::option::Option<Self::Value> {
                match code {
                    $($code => ::core::option::Option::Some(<$value>::$variant),)+
                    _ => ::core::option::Option::None,
                }
            }
        }
    };
}

/// A documentation comment without the space it begins with and the line break it ends with.
pub const fn trimmed(text: &str) -> &str {
    text.trim_ascii()
}
