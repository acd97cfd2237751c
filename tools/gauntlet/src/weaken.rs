//! Finds the orderings in a source text, and what each can be weakened to.

use std::ops::Range;
use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A source text with one ordering weakened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weaker {
    /// The number of the line, from 1.
    pub line: usize,
    /// The line as it was.
    pub was: String,
    /// What has changed: `Acquire -> Relaxed`.
    pub change: String,
    /// The whole text, weakened.
    pub text: String,
}

/// All texts that `source` becomes when one ordering is weakened: `Acquire`, `Release` and `SeqCst` to
/// `Relaxed`, `AcqRel` also to each of its halves. A fence goes away as a whole.
///
/// # Errors
///
/// Fails where `source` is not made of Rust's tokens.
pub fn weaker(source: &str) -> Result<Vec<Weaker>> {
    let tokens = TokenStream::from_str(source).map_err(|error| anyhow!("{error}"))?;
    let mut found = Vec::new();
    find(tokens, None, &mut found);
    Ok(found
        .into_iter()
        .flat_map(|place| place.weaker().into_iter().map(move |to| (place.clone(), to)))
        .map(|(place, to)| replaced(source, &place, to))
        .collect())
}

/// An ordering in a text.
#[derive(Clone)]
struct Place {
    name: String,
    range: Range<usize>,
    /// The call of `fence` that the ordering stands in.
    fence: Option<Range<usize>>,
}

impl Place {
    fn weaker(&self) -> Vec<&'static str> {
        match self.name.as_str() {
            // A Relaxed fence does not exist.
            _ if self.fence.is_some() => vec!["nothing"],
            "AcqRel" => vec!["Acquire", "Release", "Relaxed"],
            _ => vec!["Relaxed"],
        }
    }
}

fn find(tokens: TokenStream, fence: Option<Range<usize>>, found: &mut Vec<Place>) {
    let mut tokens = tokens.into_iter();
    let mut call = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "use" => {
                // An import orders nothing.
                tokens.by_ref().find(is_semicolon);
            }
            TokenTree::Ident(word) => {
                let range = word.span().byte_range();
                let name = word.to_string();
                if ["Acquire", "Release", "AcqRel", "SeqCst"].contains(&name.as_str()) {
                    found.push(Place { name, range: range.clone(), fence: fence.clone() });
                }
                call = (word == "fence").then_some(range.start);
                continue;
            }
            TokenTree::Group(group) => {
                let is_call = group.delimiter() == Delimiter::Parenthesis;
                let end = group.span().byte_range().end;
                let inside = call.filter(|_| is_call).map(|start| start..end);
                find(group.stream(), inside.or(fence.clone()), found);
            }
            _ => {}
        }
        call = None;
    }
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';')
}

fn replaced(source: &str, place: &Place, to: &str) -> Weaker {
    let (range, with) = match &place.fence {
        Some(fence) => (fence.clone(), "()".to_owned()),
        // After `Ordering::` the name alone; it may not be imported otherwise.
        None if source[..place.range.start].ends_with("::") => (place.range.clone(), to.to_owned()),
        None => (place.range.clone(), format!("crate::sync::Ordering::{to}")),
    };
    let before = &source[..range.start];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let was = source[start..].lines().next().unwrap_or_default().trim().to_owned();
    Weaker {
        line: before.matches('\n').count() + 1,
        was,
        change: format!("{} -> {to}", place.name),
        text: format!("{before}{with}{}", &source[range.end..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ordering_is_weakened_and_no_other_word() {
        let source = "\
//! Acquire is a word here.
use Ordering::{Acquire, SeqCst};

fn f(a: &AtomicBool) {
    // Release is a word here.
    while a.swap(true, AcqRel) {}
    a.store(\"Acquire\", Ordering::SeqCst); fence(Acquire);
    a.load(Relaxed);
}
";
        let found = weaker(source).unwrap();
        let lines: Vec<String> = found
            .iter()
            .map(|weaker| {
                let now = weaker.text.lines().nth(weaker.line - 1).unwrap().trim();
                format!("{}: {}: {now}", weaker.line, weaker.change)
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        6: AcqRel -> Acquire: while a.swap(true, crate::sync::Ordering::Acquire) {}
        6: AcqRel -> Release: while a.swap(true, crate::sync::Ordering::Release) {}
        6: AcqRel -> Relaxed: while a.swap(true, crate::sync::Ordering::Relaxed) {}
        7: SeqCst -> Relaxed: a.store("Acquire", Ordering::Relaxed); fence(Acquire);
        7: Acquire -> nothing: a.store("Acquire", Ordering::SeqCst); ();
        "#);
    }

    #[test]
    fn what_is_no_rust_is_an_error() {
        assert!(weaker("fn f( {").is_err());
    }
}
