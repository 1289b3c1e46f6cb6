//! The one integration-test binary.

mod audio;
