//! Tells where the address in a link leads.

use percent_encoding::percent_decode_str;

/// Whether `url` names a scheme or a host.
pub fn elsewhere(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    url.starts_with("//")
        || scheme.is_some_and(|scheme| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        })
}

/// `part` of an address without its percent signs.
pub fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

/// The file that `address` names on the page `from`; nothing where it leaves the book.
pub fn resolve(from: &str, address: &str) -> Option<String> {
    if address.is_empty() {
        return Some(from.to_owned());
    }
    let mut folders: Vec<&str> = match address.starts_with('/') || from == "404.html" {
        true => Vec::new(),
        false => from.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(folders.pop()?),
            name => folders.push(name),
        }
    }
    if address.ends_with('/') {
        folders.push("index.html");
    }
    Some(folders.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_resolved_from_the_folder_of_its_page() {
        let from = "references/02_lifecycle/e1.html";
        assert_eq!(resolve(from, "../../02.html").as_deref(), Some("02.html"));
        assert_eq!(resolve(from, "e2.html").as_deref(), Some("references/02_lifecycle/e2.html"));
        assert_eq!(resolve(from, "").as_deref(), Some(from));
        assert_eq!(resolve("02.html", "references/").as_deref(), Some("references/index.html"));
        assert_eq!(resolve("02.html", "../Cargo.toml"), None);
    }

    #[test]
    fn a_scheme_or_a_host_leads_elsewhere() {
        for url in ["https://a.example/", "//a.example/x", "mailto:a@b.example", "data:,x"] {
            assert!(elsewhere(url), "{url}");
        }
        for url in ["a.html", "a.html#b:c", "#b", "", "../a.html"] {
            assert!(!elsewhere(url), "{url}");
        }
    }
}
