//! What the Producer API offers, one HTTP exchange per method.
