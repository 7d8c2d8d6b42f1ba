"""Writing the public file: rows, the files beside it, and the swap."""
