//! What is kept between two sittings, in SQLite.
