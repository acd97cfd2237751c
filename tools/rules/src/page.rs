//! Reads a page of Markdown: its prose, its code blocks, its links, its title.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd};

/// What stands in prose for code, which is quoted and not said.
const CODE: char = '\u{fffc}';

/// A stretch of prose: a paragraph, a heading, a cell of a table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The text on one line, with [`CODE`] in place of code.
    pub text: String,
    /// Where in `text` each piece begins, and on which line of the page.
    pieces: Vec<(usize, usize)>,
}

impl Passage {
    /// A passage that stands on one line.
    pub fn on_line(line: usize, text: &str) -> Passage {
        Passage { text: text.to_owned(), pieces: vec![(0, line)] }
    }

    /// The line of the page, counted from 1, that holds what is at `offset` in the text.
    pub fn line(&self, offset: usize) -> usize {
        let before = self.pieces.iter().take_while(|(start, _)| *start <= offset);
        before.last().map_or(1, |(_, line)| *line)
    }
}

/// A block of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// The line of the page, counted from 1, where it begins.
    pub line: usize,
    /// What stands after the fence, such as `rust,ignore`; `None` where the block is indented.
    pub info: Option<String>,
    pub content: String,
}

/// The prose of `page`, without code and HTML.
pub fn prose(page: &str) -> Vec<Passage> {
    let mut passages = vec![Passage::default()];
    let mut in_code = false;
    for (event, range) in parse(page) {
        let passage = passages.last_mut().expect("there is always a last one");
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => {
                passage.pieces.push((passage.text.len(), line_of(page, range.start)));
                passage.text.push_str(&text);
            }
            Event::Code(_) => passage.text.push(CODE),
            Event::SoftBreak | Event::HardBreak => passage.text.push(' '),
            // Emphasis and links go on with the passage, everything else begins a new one.
            Event::Start(tag) if !is_inline(&tag.to_end()) => passages.push(Passage::default()),
            Event::End(tag) if !is_inline(&tag) => passages.push(Passage::default()),
            _ => {}
        }
    }
    passages.retain(|passage| !passage.text.is_empty());
    passages
}

/// The blocks of code on `page`, in order.
pub fn code_blocks(page: &str) -> Vec<CodeBlock> {
    let mut blocks: Vec<CodeBlock> = Vec::new();
    let mut in_code = false;
    for (event, range) in parse(page) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                in_code = true;
                let info = match kind {
                    CodeBlockKind::Fenced(info) => Some(info.into_string()),
                    CodeBlockKind::Indented => None,
                };
                let line = line_of(page, range.start);
                blocks.push(CodeBlock { line, info, content: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if in_code => {
                blocks.last_mut().expect("its start came before").content.push_str(&text);
            }
            _ => {}
        }
    }
    blocks
}

/// The text and the target of every link on `page`, in order.
pub fn links(page: &str) -> Vec<(String, String)> {
    let mut links: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for (event, _) in parse(page) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                inside = true;
                links.push((String::new(), dest_url.into_string()));
            }
            Event::End(TagEnd::Link) => inside = false,
            Event::Text(text) | Event::Code(text) if inside => push(&mut links, &text),
            _ => {}
        }
    }
    links
}

/// The text of the first heading of `page`, if it is of the first level.
pub fn title(page: &str) -> Option<String> {
    let mut events = parse(page).map(|(event, _)| event);
    let first = events.find(|event| matches!(event, Event::Start(Tag::Heading { .. })))?;
    if !matches!(first, Event::Start(Tag::Heading { level, .. }) if level as u8 == 1) {
        return None;
    }
    let mut title = String::new();
    for event in events {
        match event {
            Event::End(TagEnd::Heading(_)) => return Some(title),
            Event::Text(text) | Event::Code(text) => title.push_str(&text),
            _ => {}
        }
    }
    None
}

/// What is set in italics on `page` below the heading that `fragment` leads to, up to the next heading.
pub fn emphasized(page: &str, fragment: &str) -> Vec<String> {
    let mut wanted = false;
    let (mut heading, mut phrase) = (None, None);
    let mut phrases = Vec::new();
    for (event, _) in parse(page) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                wanted = heading.take().is_some_and(|text| id(&text) == fragment);
            }
            Event::Start(Tag::Emphasis) if wanted => phrase = Some(String::new()),
            Event::End(TagEnd::Emphasis) => phrases.extend(phrase.take()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(open) = heading.as_mut().or(phrase.as_mut()) {
                    open.push_str(&text);
                }
            }
            Event::SoftBreak => {
                if let Some(phrase) = &mut phrase {
                    phrase.push(' ');
                }
            }
            _ => {}
        }
    }
    phrases
}

/// The id that mdBook gives to a heading, where no other heading of the page has the same text.
fn id(heading: &str) -> String {
    let kept =
        heading.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || "-_".contains(*c));
    kept.map(|c| if c.is_whitespace() { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn parse(page: &str) -> impl Iterator<Item = (Event<'_>, std::ops::Range<usize>)> {
    // The extensions that mdBook turns on.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM;
    Parser::new_ext(page, options).into_offset_iter()
}

fn push(links: &mut [(String, String)], text: &CowStr<'_>) {
    links.last_mut().expect("its start came before").0.push_str(text);
}

fn is_inline(tag: &TagEnd) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong};
    matches!(tag, Emphasis | Image | Link | Strikethrough | Strong)
}

fn line_of(page: &str, offset: usize) -> usize {
    page[..offset].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# A `fork` & more {#fork}\n\nIt took\n*two* words, `12 ms`,\nand a [link](b.md).\n\n\
                        ```rust,ignore\nlet just = 1;\n```\n\n| a | b |\n|---|---|\n| c | d |\n\n    indented\n";

    #[test]
    fn prose_is_what_is_said() {
        let passages = prose(PAGE);
        let texts: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
        let sentence = "It took two words, \u{fffc}, and a link.";
        assert_eq!(texts, ["A \u{fffc} & more", sentence, "a", "b", "c", "d"]);
        assert_eq!(passages[1].line(sentence.find("link").unwrap()), 5);
    }

    #[test]
    fn code_blocks_are_found_with_their_lines() {
        let blocks = code_blocks(PAGE);
        let found: Vec<_> =
            blocks.iter().map(|block| (block.line, block.info.as_deref())).collect();
        assert_eq!(found, [(7, Some("rust,ignore")), (15, None)]);
        assert_eq!(blocks[0].content, "let just = 1;\n");
    }

    #[test]
    fn what_a_section_sets_in_italics_is_found() {
        let page = "# One\n\n*a*\n\n## Two, *or*: `2`\n\nA *b\nc* and **d**.\n\n### Three\n\n*e*\n";
        assert_eq!(emphasized(page, "two-or-2"), ["b c"]);
        assert_eq!(emphasized(page, "three"), ["e"]);
    }

    #[test]
    fn links_and_the_title_are_found() {
        assert_eq!(links(PAGE), [("link".to_owned(), "b.md".to_owned())]);
        assert_eq!(title(PAGE).as_deref(), Some("A fork & more"));
        assert_eq!(title("## Second\n\n# First"), None);
    }
}
