//! Own a value in memory that other processes have mapped, too.

use std::ffi::CStr;
use std::ops::Deref;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::ptr::NonNull;

use crate::given::Shareable;

/// A `T` in memory that this process may share with others; it is never dropped. When the cell is
/// dropped, its mapping is gone from this process, and from no other; so is its descriptor.
///
/// A `T` may be of any size. What makes a cell fails with the error of the system call that has
/// failed, and with EINVAL where the address does not have the alignment of `T`. Then nothing stays
/// mapped or open.
pub struct SharedCell<T: Shareable> {
    value: NonNull<T>,
    fd: Option<OwnedFd>,
}

impl<T: Shareable> SharedCell<T> {
    /// A `T` of zeros, shared with the children that are forked from now on.
    pub fn anonymous() -> nix::Result<SharedCell<T>> {
        todo!("map as much as a T")
    }

    /// A `T` of zeros in a new memfd of this name. Exec closes its descriptor.
    pub fn memfd(name: &CStr) -> nix::Result<SharedCell<T>> {
        todo!("make {name:?} as large as a T, and map it")
    }

    /// The `T` at the beginning of the memory or file `fd`, which stays as it is.
    ///
    /// # Errors
    ///
    /// As above, and EINVAL where there is less than a `T`.
    pub fn attach(fd: OwnedFd) -> nix::Result<SharedCell<T>> {
        // TODO: look before you map.
        todo!("map {fd:?}")
    }

    /// The descriptor, by which other processes can attach the memory; none where it is anonymous.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        todo!("lend {:?}", self.fd)
    }
}

impl<T: Shareable> Deref for SharedCell<T> {
    type Target = T;
    fn deref(&self) -> &T {
        todo!("the value is at {:?}", self.value)
    }
}

impl<T: Shareable> Drop for SharedCell<T> {
    fn drop(&mut self) {
        // TODO: give back what was mapped, all of it.
    }
}
