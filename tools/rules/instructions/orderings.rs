//! One function for each way to load, store, swap and fence. The rule `instructions` compares what
//! they are compiled to with the texts that the page includes.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU32, fence};

#[no_mangle]
pub fn load_relaxed(word: &AtomicU32) -> u32 {
    word.load(Relaxed)
}

#[no_mangle]
pub fn load_acquire(word: &AtomicU32) -> u32 {
    word.load(Acquire)
}

#[no_mangle]
pub fn load_seqcst(word: &AtomicU32) -> u32 {
    word.load(SeqCst)
}

#[no_mangle]
pub fn store_relaxed(word: &AtomicU32) {
    word.store(1, Relaxed);
}

#[no_mangle]
pub fn store_release(word: &AtomicU32) {
    word.store(1, Release);
}

#[no_mangle]
pub fn store_seqcst(word: &AtomicU32) {
    word.store(1, SeqCst);
}

#[no_mangle]
pub fn swap_relaxed(word: &AtomicU32) -> u32 {
    word.swap(1, Relaxed)
}

#[no_mangle]
pub fn swap_acqrel(word: &AtomicU32) -> u32 {
    word.swap(1, AcqRel)
}

#[no_mangle]
pub fn swap_seqcst(word: &AtomicU32) -> u32 {
    word.swap(1, SeqCst)
}

#[no_mangle]
pub fn fence_acquire() {
    fence(Acquire);
}

#[no_mangle]
pub fn fence_seqcst() {
    fence(SeqCst);
}
