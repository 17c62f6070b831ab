"""An invented university, and the command that starts Timeloom with it."""
