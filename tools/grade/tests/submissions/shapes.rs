//! Tests in every shape that libtest knows.

mod inner {
    mod innermost {
        #[grade::test]
        fn fails() {
            panic!("found");
        }
    }
}

#[grade::test]
#[ignore = "takes too long"]
fn is_ignored() {
    panic!("run all the same");
}
