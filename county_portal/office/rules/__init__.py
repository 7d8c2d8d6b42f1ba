"""Who may do what, the engine under every road, and the words people read."""
