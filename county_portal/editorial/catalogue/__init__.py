"""Columns, categories and the numbers drawn at publication."""
