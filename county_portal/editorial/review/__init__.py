"""The road of an item: its steps, its desks, the confidentiality sign-off."""
