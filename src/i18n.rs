//! Every phrase a human reads.
