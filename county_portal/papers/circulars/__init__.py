"""Circulars (通报): made from a report's figures, sent to the leaders, read."""
