//! Reads a rendered page: the ids that a link can lead to, and what the page links to and loads.

use std::cell::RefCell;
use std::collections::HashSet;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What the checks need to know of a page.
#[derive(Debug, Default)]
pub struct Page {
    pub ids: HashSet<String>,
    pub links: Vec<Link>,
}

/// Something that a page points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    pub url: String,
    /// Whether the page needs it to be shown, so that a browser fetches it unasked.
    pub loads: bool,
}

/// Reads a page, or a drawing in SVG.
pub fn read(text: &str) -> Page {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(text));
    let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
    while !queue.is_empty() {
        // A script ends the feed early; it is not run here, so reading goes on behind it.
        let _ = tokenizer.feed(&queue);
    }
    tokenizer.end();
    tokenizer.sink.page.take()
}

#[derive(Default)]
struct Collector {
    page: RefCell<Page>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        self.page.borrow_mut().take(&tag);
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Page {
    fn take(&mut self, tag: &Tag) {
        let attribute = |name: &str| {
            let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            found.map(|attribute| attribute.value.to_string())
        };
        self.ids.extend(attribute("id"));
        if &*tag.name == "a" {
            self.ids.extend(attribute("name"));
        }

        let rel = attribute("rel").unwrap_or_default();
        let follows = matches!(&*tag.name, "a" | "area" | "base")
            || (&*tag.name == "link" && !LOADED.iter().any(|kind| rel.contains(kind)));
        for name in ["href", "xlink:href", "src", "data", "poster"] {
            if &*tag.name != "object" && name == "data" {
                continue;
            }
            self.links.extend(attribute(name).map(|url| Link { url, loads: !follows }));
        }
        for candidate in attribute("srcset").unwrap_or_default().split(',') {
            let url = candidate.split_whitespace().next().map(str::to_owned);
            self.links.extend(url.map(|url| Link { url, loads: true }));
        }
    }
}

/// The relations of `<link>` that make a browser fetch its target.
const LOADED: [&str; 4] = ["stylesheet", "icon", "preload", "manifest"];

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<(String, bool)> {
        read(text).links.into_iter().map(|link| (link.url, link.loads)).collect()
    }

    #[test]
    fn a_link_is_followed_and_a_picture_is_loaded() {
        let found = links(r#"<a href="a.html">a</a><img src=b.svg srcset="c.svg 1x, d.svg 2x">"#);
        let urls: Vec<_> = found.iter().map(|(url, loads)| (url.as_str(), *loads)).collect();
        assert_eq!(urls, [("a.html", false), ("b.svg", true), ("c.svg", true), ("d.svg", true)]);
    }

    #[test]
    fn what_a_script_or_a_comment_says_is_no_link() {
        let text =
            r#"<script>"<a href='x'>" ; a < b</script><!-- <img src=y> --><a href="z">z</a>"#;
        assert_eq!(links(text), [("z".to_owned(), false)]);
    }

    #[test]
    fn entities_in_an_address_are_decoded() {
        assert_eq!(links(r#"<a href="a?b&amp;c">a</a>"#)[0].0, "a?b&c");
    }
}
