//! Sound: commands in, events out.
