"""What is inside a file: its kind, its text, and the clean copy that may be published."""
