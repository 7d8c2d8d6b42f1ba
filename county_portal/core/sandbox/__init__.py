"""Work on strangers' files in a child process that can do little harm and never lasts."""
