//! The token sources that come with Porthole.
