"""The libraries, the settings, the log, stored files and background work."""
