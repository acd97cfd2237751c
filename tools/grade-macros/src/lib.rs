//! The attribute `#[grade::test]`; the crate `grade` documents it.
//!
//! The tokens of the function are kept as they are and only wrapped, so that no parser is needed
//! and errors point into the test as it was written.

use std::iter::Peekable;

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree, token_stream};

/// Turns a function into a test that runs in a process of its own; see the crate `grade`.
#[proc_macro_attribute]
pub fn test(options: TokenStream, function: TokenStream) -> TokenStream {
    expand(options, function).unwrap_or_else(|message| error(&message))
}

fn expand(options: TokenStream, function: TokenStream) -> Result<TokenStream, String> {
    let mut tokens = function.into_iter().peekable();
    let attributes = take_attributes(&mut tokens)?;
    let body: TokenStream = tokens.collect();
    let name = name_of(&body).ok_or("`#[grade::test]` goes on a function")?;

    // The test is an outer function that hands the inner one, as written, to the grader.
    let mut block = body;
    block.extend(parse("::grade::run"));
    block.extend([group(Delimiter::Parenthesis, arguments(&name, options))]);

    let mut test = parse("#[::core::prelude::v1::test]");
    test.extend(attributes);
    test.extend([
        TokenTree::Ident(Ident::new("fn", Span::call_site())),
        TokenTree::Ident(name),
        group(Delimiter::Parenthesis, TokenStream::new()),
        group(Delimiter::Brace, block),
    ]);
    Ok(test)
}

/// Takes the attributes that stand before the function; libtest must see them on the outer one.
fn take_attributes(
    tokens: &mut Peekable<token_stream::IntoIter>,
) -> Result<Vec<TokenTree>, String> {
    let mut attributes = Vec::new();
    while let Some(hash) = tokens.next_if(|token| token.to_string() == "#") {
        let content = tokens.next().ok_or("an attribute has no content")?;
        if content.to_string().starts_with("[should_panic") {
            return Err("write `#[grade::test(should_panic = \"message\")]`: \
                        a bare `should_panic` would pass on a `todo!`"
                .to_owned());
        }
        attributes.extend([hash, content]);
    }
    Ok(attributes)
}

/// The identifier after `fn`.
fn name_of(function: &TokenStream) -> Option<Ident> {
    let mut tokens = function.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "fn"))?;
    match tokens.next()? {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}

/// `module, name, options, function`: the arguments of `grade::run`.
fn arguments(name: &Ident, options: TokenStream) -> TokenStream {
    let mut fields: TokenStream = options.into_iter().map(colon_for_equals).collect();
    if !fields.is_empty() {
        fields.extend(parse(","));
    }
    fields.extend(parse("..::grade::Options::DEFAULT"));

    let mut arguments = parse(&format!("::core::module_path!(), \"{name}\", ::grade::Options"));
    arguments.extend([group(Delimiter::Brace, fields)]);
    arguments.extend(parse(&format!(", {name}")));
    arguments
}

/// `timeout_ms = 2000` in the attribute is the field `timeout_ms: 2000`.
fn colon_for_equals(token: TokenTree) -> TokenTree {
    match token {
        TokenTree::Punct(mark) if mark.as_char() == '=' => {
            let mut colon = proc_macro::Punct::new(':', proc_macro::Spacing::Alone);
            colon.set_span(mark.span());
            TokenTree::Punct(colon)
        }
        other => other,
    }
}

fn group(delimiter: Delimiter, content: TokenStream) -> TokenTree {
    TokenTree::Group(Group::new(delimiter, content))
}

fn parse(source: &str) -> TokenStream {
    source.parse().expect("the source is a constant, or holds one identifier")
}

fn error(message: &str) -> TokenStream {
    parse(&format!("::core::compile_error!({message:?});"))
}
