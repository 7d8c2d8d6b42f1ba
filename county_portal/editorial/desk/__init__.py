"""The desks: what waits for a person, and one item with all that happened to it."""
