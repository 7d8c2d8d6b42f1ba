"""青禾县: an invented county to look around in and to measure with. No person in it is real."""
