//! Shared ownership: the last strong owner drops the value, the last owner of all frees the memory.

use std::ops::Deref;

use crate::place::Place;

/// A strong owner of a value: while there is one, the value is there.
pub struct MyArc<T> {
    place: Place<T>,
}

/// A weak owner: it keeps the memory, but not the value.
pub struct MyWeak<T> {
    place: Place<T>,
}

impl<T> MyArc<T> {
    /// The only owner of a value.
    pub fn new(value: T) -> MyArc<T> {
        // TODO: with which counts does it begin? Who owns the memory besides the weak owners?
        MyArc { place: Place::new(0, 0, value) }
    }

    /// The value, to change it, if there is no other owner. `downgrade` may wait meanwhile, `upgrade` not.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        todo!("change the value {:?}", this.place)
    }

    /// A weak owner of the same value.
    pub fn downgrade(this: &Self) -> MyWeak<T> {
        todo!("make a MyWeak of the place {:?}", this.place)
    }

    /// The value itself, if this is its only strong owner; else the owner comes back.
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        todo!("take the value {:?} out", this.place)
    }
}

impl<T> MyWeak<T> {
    /// A strong owner, if the value is still there.
    pub fn upgrade(&self) -> Option<MyArc<T>> {
        todo!("make a MyArc of the place {:?}", self.place)
    }
}

impl<T> Deref for MyArc<T> {
    type Target = T;
    fn deref(&self) -> &T {
        todo!("the value is in the place {:?}", self.place)
    }
}

impl<T> Clone for MyArc<T> {
    fn clone(&self) -> Self {
        todo!("one more owner of the place {:?}", self.place)
    }
}

// TODO: each kind of owner counts down when it is dropped. Leave no `unsafe` without its reason.
