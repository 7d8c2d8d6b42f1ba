"""The road of an item: written, reviewed, signed off, released."""
