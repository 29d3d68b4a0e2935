//! The network: HTTP and WebSocket in, VNC targets out.
