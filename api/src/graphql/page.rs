//! Pages of Relay connections.

use crate::failure::{Code, Failure};
use async_graphql::Error;
use objects::object;
use policy::DataGroup;

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// How many from the front.
    pub first: Option<i32>,
    /// After this cursor.
    pub after: Option<String>,
    /// How many from the back.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

impl Arguments {
    pub(crate) fn forward(first: Option<i32>, after: Option<String>) -> Arguments {
        Arguments { first, after, last: None, before: None }
    }
}

/// The page size when none is asked for.
pub const DEFAULT_PAGE: i32 = 20;
/// The largest page.
pub const LARGEST_PAGE: i32 = 100;

/// How many objects a page holds at most, for the cost of what is asked of each.
pub(crate) fn asked(first: Option<i32>, last: Option<i32>) -> usize {
    usize::try_from(first.or(last).unwrap_or(DEFAULT_PAGE)).unwrap_or_default()
}

/// What is wrong with the arguments of a page.
#[derive(Clone, Debug)]
pub struct PageError(Failure);

impl objects::Failure for PageError {
    fn to_error(&self) -> Error {
        self.0.clone().into()
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Failure {
        error.0
    }
}

/// A part of a list.
pub struct Sliced<T> {
    /// Cursor and item.
    pub items: Vec<(String, T)>,
    /// Where the part stands.
    pub info: PageInfo,
    /// How many items there are in all.
    pub total: i32,
}

/// Where a page stands in its list.
#[object(name = "PageInfo", gate = open)]
impl PageInfo {
    /// Whether items follow.
    #[group(Envelope)]
    fn has_next_page(&self) -> bool {
        self.has_next
    }
    /// Whether items come before.
    #[group(Envelope)]
    fn has_previous_page(&self) -> bool {
        self.has_previous
    }
    /// Cursor of the first item.
    #[group(Envelope)]
    fn start_cursor(&self) -> Option<&str> {
        self.start.as_deref()
    }
    /// Cursor of the last item.
    #[group(Envelope)]
    fn end_cursor(&self) -> Option<&str> {
        self.end.as_deref()
    }
}

/// Where a page stands.
#[derive(Clone, Debug)]
pub struct PageInfo {
    /// Whether items follow.
    pub has_next: bool,
    /// Whether items come before.
    pub has_previous: bool,
    /// Cursor of the first item.
    pub start: Option<String>,
    /// Cursor of the last item.
    pub end: Option<String>,
}

/// Cuts a page out of a list. A cursor is the global id of its item, so that it stays right when items are
/// added, says nothing of the list's order, and means nothing to another side.
///
/// # Errors
/// Both directions at once, a size out of range, or a cursor of no item of this list.
pub fn slice<T>(
    all: Vec<T>,
    arguments: &Arguments,
    id: impl Fn(&T) -> String,
) -> Result<Sliced<T>, PageError> {
    let size = size(arguments)?;
    let place = |cursor: &str| all.iter().position(|item| id(item) == cursor).ok_or_else(unknown_cursor);
    let mut from = match &arguments.after {
        Some(cursor) => place(cursor)? + 1,
        None => 0,
    };
    let mut to = match &arguments.before {
        Some(cursor) => place(cursor)?.max(from),
        None => all.len(),
    };
    if arguments.last.is_some() {
        from = from.max(to.saturating_sub(size));
    } else {
        to = to.min(from.saturating_add(size));
    }
    let total = all.len();
    let items: Vec<(String, T)> =
        all.into_iter().skip(from).take(to.saturating_sub(from)).map(|item| (id(&item), item)).collect();
    let info = PageInfo {
        has_next: to < total,
        has_previous: from > 0,
        start: items.first().map(|item| item.0.clone()),
        end: items.last().map(|item| item.0.clone()),
    };
    Ok(Sliced { items, info, total: i32::try_from(total).unwrap_or(i32::MAX) })
}

/// A part of a list that is walked and not gathered.
pub struct Part<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether items follow.
    pub has_next: bool,
    /// Whether items come before.
    pub has_previous: bool,
}

/// Cuts a page out of a list without gathering it: of `places` places each has an item or none, and `place` finds
/// that of a cursor's item. The same as [`slice`] on the items alone, in time of the page and not of the list.
///
/// # Errors
/// As for [`slice`].
pub fn walk<T>(
    places: usize,
    arguments: &Arguments,
    place: impl Fn(&str) -> Option<usize>,
    at: impl Fn(usize) -> Option<T>,
) -> Result<Part<T>, PageError> {
    let size = size(arguments)?;
    let find = |cursor: &str| place(cursor).filter(|place| at(*place).is_some()).ok_or_else(unknown_cursor);
    let mut from = match &arguments.after {
        Some(cursor) => find(cursor)? + 1,
        None => 0,
    };
    let mut to = match &arguments.before {
        Some(cursor) => find(cursor)?.max(from),
        None => places,
    };
    let mut items = Vec::with_capacity(size);
    if arguments.last.is_some() {
        let mut first = to;
        for place in (from..to).rev() {
            if items.len() == size {
                break;
            }
            if let Some(item) = at(place) {
                items.push(item);
                first = place;
            }
        }
        items.reverse();
        from = first;
    } else {
        let mut end = from;
        for place in from..to {
            if items.len() == size {
                break;
            }
            if let Some(item) = at(place) {
                items.push(item);
                end = place + 1;
            }
        }
        to = end;
    }
    let any = |mut places: std::ops::Range<usize>| places.any(|place| at(place).is_some());
    Ok(Part { items, has_next: any(to..places), has_previous: any(0..from) })
}

fn refuse(message: String) -> PageError {
    PageError(Failure::new(Code::BadUserInput, message))
}

fn unknown_cursor() -> PageError {
    refuse("the cursor is of no item of this list: start again".to_owned())
}

fn size(arguments: &Arguments) -> Result<usize, PageError> {
    if arguments.first.is_some() && arguments.last.is_some() {
        return Err(refuse("ask for `first` or for `last`, not for both".to_owned()));
    }
    let size = arguments.first.or(arguments.last).unwrap_or(DEFAULT_PAGE);
    if !(0..=LARGEST_PAGE).contains(&size) {
        return Err(refuse(format!("a page has 0 to {LARGEST_PAGE} items; {size} were asked for")));
    }
    Ok(usize::try_from(size).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(arguments: Arguments) -> Result<(Vec<i32>, bool, bool), String> {
        slice((0..10).collect(), &arguments, |n| format!("c{n}"))
            .map(|part| {
                (part.items.iter().map(|item| item.1).collect(), part.info.has_previous, part.info.has_next)
            })
            .map_err(|error| error.0.public)
    }

    #[test]
    fn pages_concatenate_to_the_list() {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let part =
                slice((0..10).collect(), &Arguments::forward(Some(3), after), |n: &i32| format!("c{n}"));
            let part = part.map_err(|error| error.0.public).unwrap();
            seen.extend(part.items.iter().map(|item| item.1));
            after = part.info.end.clone();
            if !part.info.has_next {
                break;
            }
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn both_ends_and_all_refusals() {
        let last = |last, before: Option<&str>| Arguments {
            last: Some(last),
            before: before.map(str::to_owned),
            ..Arguments::default()
        };
        assert_eq!(page(last(3, None)), Ok((vec![7, 8, 9], true, false)));
        assert_eq!(page(last(3, Some("c2"))), Ok((vec![0, 1], false, true)));
        assert_eq!(page(Arguments::forward(Some(0), None)), Ok((vec![], false, true)));
        assert!(page(Arguments { first: Some(1), ..last(1, None) }).unwrap_err().contains("not for both"));
        assert!(page(Arguments::forward(Some(101), None)).unwrap_err().contains("0 to 100"));
        assert!(page(Arguments::forward(Some(-1), None)).unwrap_err().contains("0 to 100"));
        assert!(page(Arguments::forward(None, Some("x".into()))).unwrap_err().contains("no item"));
    }

    /// Walking and gathering agree on every list of seven places, for every page of it, refusals included.
    #[test]
    fn a_walk_gives_what_gathering_gives() {
        let cursors: Vec<Option<String>> = (0..7).map(|n| Some(format!("c{n}"))).chain([None]).collect();
        for kept in 0..128_u32 {
            let at = |place: usize| (kept >> place & 1 == 1).then_some(place);
            let all: Vec<usize> = (0..7).filter_map(at).collect();
            for (after, before) in cursors.iter().flat_map(|after| cursors.iter().map(move |it| (after, it)))
            {
                for (first, last) in
                    (0..5).flat_map(|n| [(Some(n), None), (None, Some(n))]).chain([(None, None)])
                {
                    let (after, before) = (after.clone(), before.clone());
                    let arguments = Arguments { first, after, last, before };
                    let told = |error: PageError| error.0.public;
                    let gathered = slice(all.clone(), &arguments, |n| format!("c{n}"))
                        .map(|it| {
                            let items: Vec<usize> = it.items.into_iter().map(|(_, item)| item).collect();
                            (items, it.info.has_next, it.info.has_previous)
                        })
                        .map_err(told);
                    let walked = walk(7, &arguments, |cursor| cursor[1..].parse().ok(), at)
                        .map(|it| (it.items, it.has_next, it.has_previous))
                        .map_err(told);
                    assert_eq!(walked, gathered, "{kept:07b} {arguments:?}");
                }
            }
        }
    }
}
