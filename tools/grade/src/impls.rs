//! Asks at run time what the compiler knows.

/// Whether a type implements a trait, as a `bool`: `grade::impls!(Rc<u8>: Send)` is `false`.
///
/// The type must be known; it cannot have parameters of a function around it.
#[macro_export]
macro_rules! impls {
    ($type:ty: $($bound:tt)+) => {{
        // A name of the type itself goes before the same name of a trait: the first exists where the
        // bound holds, the second always.
        trait Otherwise {
            const IMPLS: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        struct Asked<T: ?Sized>(::std::marker::PhantomData<T>);
        impl<T: ?Sized + $($bound)+> Asked<T> {
            const IMPLS: bool = true;
        }
        // Both are used, whatever the answer is.
        <Asked<$type>>::IMPLS || (!<Asked<u8>>::IMPLS && <() as Otherwise>::IMPLS)
    }};
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn the_answer_is_the_compilers() {
        assert!(impls!(u8: Send));
        assert!(impls!(Cell<u8>: Send));
        assert!(!impls!(Cell<u8>: Sync));
        assert!(!impls!(Rc<u8>: Send));
        assert!(!impls!(Rc<u8>: Copy));
        assert!(impls!([u8]: Send + Sync));
    }
}
