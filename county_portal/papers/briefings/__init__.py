"""Briefings (政务信息简报): composing, approving, numbering and printing them."""
