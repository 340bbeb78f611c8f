//! A summary to text and files. Writers are pure: facts in, text out.

mod meaning;

pub use meaning::meaning;
