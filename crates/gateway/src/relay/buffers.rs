//! Buffers for bytes on their way, borrowed only while there is something to move, so that an idle viewer holds none.

use std::{
    ops::{Deref, DerefMut},
    sync::{Mutex, PoisonError},
};

/// Enough for key presses and small updates.
pub(crate) const SMALL: usize = 16 * 1024;
/// Where more per read no longer helps.
pub(crate) const LARGE: usize = 256 * 1024;

/// Buffers of one size that wait for their next use.
struct Pool {
    size: usize,
    most: usize,
    free: Mutex<Vec<Box<[u8]>>>,
}

static SMALL_ONES: Pool = Pool {
    size: SMALL,
    most: 64,
    free: Mutex::new(Vec::new()),
};
static LARGE_ONES: Pool = Pool {
    size: LARGE,
    most: 8,
    free: Mutex::new(Vec::new()),
};

/// A borrowed buffer; dropping it gives it back.
pub(crate) struct Buffer {
    bytes: Box<[u8]>,
    pool: &'static Pool,
}

impl Buffer {
    /// A buffer of [`SMALL`] or [`LARGE`] bytes, with whatever its last user left in it.
    pub(crate) fn borrow(large: bool) -> Self {
        let pool = if large { &LARGE_ONES } else { &SMALL_ONES };
        let waiting = pool.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self {
            bytes: waiting.unwrap_or_else(|| vec![0; pool.size].into()),
            pool,
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut free = self.pool.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < self.pool.most {
            free.push(std::mem::take(&mut self.bytes));
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}
