//! Wishes: the config folder, read in passes, with every fault found at once.
