"""Measurements against named baselines, all in one run. `make bench` runs them."""
