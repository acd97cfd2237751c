//! Many tests that do nothing, graded and bare: `benches/cost.rs` compares them.

macro_rules! ten {
    ($attribute:meta) => {
        ten!($attribute: a b c d e f g h i j);
    };
    ($attribute:meta: $($name:ident)*) => {
        $(#[$attribute] fn $name() {})*
    };
}

mod graded {
    mod one {
        ten!(grade::test);
    }
    mod two {
        ten!(grade::test);
    }
    mod three {
        ten!(grade::test);
    }
    mod four {
        ten!(grade::test);
    }
}

mod bare {
    mod one {
        ten!(test);
    }
    mod two {
        ten!(test);
    }
    mod three {
        ten!(test);
    }
    mod four {
        ten!(test);
    }
}
