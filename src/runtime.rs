//! The loop: the only place where an effect meets the world.
