//! Controlled terms: closed lists of codes, stored as text, with their explanations.

/// A value of a closed list of codes.
pub trait Term: Copy + Eq + Send + Sync + 'static {
    /// The list's name, in PascalCase.
    const NAME: &'static str;
    /// What the list is of.
    const DESCRIPTION: &'static str;
    /// Every value, in the list's order.
    const ALL: &'static [Self];

    /// The code, in SCREAMING_SNAKE_CASE.
    fn as_str(self) -> &'static str;

    /// What the code means.
    fn description(self) -> &'static str;

    /// The value of a code.
    fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == code)
    }
}

/// Declares a list of controlled terms. The documentation comments are the public explanations.
macro_rules! terms {
    ($($(#[doc = $about:literal])+ pub enum $name:ident {
        $($(#[doc = $doc:literal])+ $value:ident = $code:literal),+ $(,)?
    })+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $doc])+ #[serde(rename = $code)] $value),+ }

        impl $crate::term::Term for $name {
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = concat!($($about),+);
            const ALL: &'static [Self] = &[$($name::$value),+];

            fn as_str(self) -> &'static str {
                match self { $($name::$value => $code),+ }
            }

            fn description(self) -> &'static str {
                match self { $($name::$value => concat!($($doc),+)),+ }
            }
        }

        impl $name {
            fn as_text(&self) -> String {
                $crate::term::Term::as_str(*self).to_owned()
            }

            fn from_text(text: &str) -> Option<Self> {
                <Self as $crate::term::Term>::parse(text)
            }
        }

        $crate::text_value::text_value!($name);
    )+};
}

pub(crate) use terms;
