//! End to end, through the front door, as people use it.

mod alice_and_bob;
