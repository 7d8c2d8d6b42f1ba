"""Deposits to the archive and the library, and what changed after them."""
