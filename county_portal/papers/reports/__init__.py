"""Reports made from the records."""
