//! End to end, through the front door: real VNC servers, a real browser, the real window and tray.
