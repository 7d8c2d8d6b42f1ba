"""The public file: what it holds and how it is read. Knows no table of the office."""
