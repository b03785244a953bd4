//! What adapters keep with a policy: one value for each type, made on first use.

use std::any::Any;
use std::sync::OnceLock;

/// A list that only grows, and never blocks readers. It has one entry for each header value type in
/// the program, so walking it is faster than hashing.
#[derive(Default)]
pub(crate) struct Kept(OnceLock<Box<Entry>>);

struct Entry {
    value: Box<dyn Any + Send + Sync>,
    next: Kept,
}

impl Kept {
    /// The value of this type, made with `make` if there is none yet.
    pub(crate) fn get_or_make<T: Send + Sync + 'static>(&self, make: impl Fn() -> T) -> &T {
        let mut kept = self;
        loop {
            let entry = kept
                .0
                .get_or_init(|| Box::new(Entry { value: Box::new(make()), next: Kept::default() }));
            if let Some(value) = entry.value.downcast_ref() {
                return value;
            }
            kept = &entry.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn one_value_for_each_type() {
        let kept = Kept::default();
        assert_eq!(kept.get_or_make(|| 1_u8), &1);
        assert_eq!(kept.get_or_make(|| "a"), &"a");
        assert_eq!(kept.get_or_make(|| 2_u8), &1);
        assert_eq!(kept.get_or_make(|| "b"), &"a");
    }
}
