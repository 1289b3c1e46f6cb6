//! The offline Producer API.
