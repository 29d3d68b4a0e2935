//! The RFB protocol without any I/O: handshakes, the reader of client messages, rights.
