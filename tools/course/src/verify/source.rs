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

#[cfg(test)]
mod tests {
    use super::*;

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
