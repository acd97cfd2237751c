//! Reads what a file of tests says without compiling it.

/// The names of the graded tests in `tests`, the text of a file, in their order there.
pub fn test_names(tests: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut expected = false;
    for line in tests.lines().map(str::trim_start) {
        if line.starts_with("#[grade::test") {
            expected = true;
        } else if let (true, Some(rest)) = (expected, line.strip_prefix("fn ")) {
            names.extend(
                rest.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).next(),
            );
            expected = false;
        }
    }
    names
}

/// How long a graded test may take that says nothing of it, in milliseconds.
const USUAL_LIMIT_MS: u64 = 5_000;

/// How long the slowest graded test in `tests` may take, in milliseconds.
pub fn longest_limit_ms(tests: &str) -> u64 {
    let limits = tests.split("#[grade::test").skip(1).map(|test| {
        let attribute = test.lines().take_while(|line| !line.trim_start().starts_with("fn "));
        let limit = attribute.filter_map(|line| line.split_once("timeout_ms = ")).next();
        limit.map_or(USUAL_LIMIT_MS, |(_, rest)| number(rest).unwrap_or(USUAL_LIMIT_MS))
    });
    limits.max().unwrap_or(USUAL_LIMIT_MS)
}

/// The number at the start of a text, such as `2_000`.
fn number(text: &str) -> Option<u64> {
    let end = text.find(|letter: char| letter != '_' && !letter.is_ascii_digit());
    text[..end.unwrap_or(text.len())].replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_limit_is_found() {
        let limit = longest_limit_ms;
        assert_eq!([limit(""), limit("#[grade::test]\nfn a() {}\n")], [5_000; 2]);
        let short = "    #[grade::test(timeout_ms = 2_000, hint = \"h\")]\n    fn a() {}\n";
        assert_eq!(limit(short), 2_000);
        assert_eq!(limit(&format!("{short}#[grade::test]\nfn b() {{}}\n")), 5_000);
        let long = "#[grade::test(\n    timeout_ms = 20_000,\n)]\nfn c() {}\n";
        assert_eq!(limit(&format!("{short}{long}")), 20_000);
        assert_eq!(limit("#[grade::test(timeout_ms = 99999999999999999999)]"), 5_000);
    }

    #[test]
    fn the_usual_limit_is_that_of_the_grader() {
        let options = include_str!("../../../grade/src/options.rs");
        let (_, limit) = options.split_once("timeout_ms: 5").expect("the default is written out");
        assert!(limit.starts_with("_000,"), "mend USUAL_LIMIT_MS");
    }

    #[test]
    fn graded_tests_are_found_in_their_order() {
        let tests = r#"
            fn helper() {}
            #[grade::test]
            fn second_by_name() {}
            #[grade::test(
                hint = "a long hint \
                        on two lines",
            )]
            fn first_by_name() -> io::Result<()> {}
            fn another_helper() {}
        "#;
        assert_eq!(test_names(tests), ["second_by_name", "first_by_name"]);
    }
}
