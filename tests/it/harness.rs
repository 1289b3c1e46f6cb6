//! The tests' own tools, tested: a harness that cannot fail proves nothing.

mod picture;
mod pty;
mod tape;
