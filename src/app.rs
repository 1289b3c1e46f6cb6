//! Everything we know right now, and what to do about what happened.
