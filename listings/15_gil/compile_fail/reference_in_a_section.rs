use std::cell::Cell;
use std::marker::PhantomData;

struct Object {
    references: Cell<usize>,
}

// SAFETY: who has the lock uses it, and nobody else.
unsafe impl Sync for Object {}

struct Ref<'g> {
    object: &'g Object,
    _here: PhantomData<*const ()>,
}

impl Ref<'_> {
    fn count_one_more(&self) {
        let references = &self.object.references;
        references.set(references.get() + 1);
    }
}

fn allow_threads<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    // Here the lock would be free.
    f()
}

fn main() {
    let object = Object { references: Cell::new(1) };
    let reference = Ref { object: &object, _here: PhantomData };
    reference.count_one_more();
    allow_threads(|| reference.count_one_more());
}
