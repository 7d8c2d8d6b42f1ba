"""Signing in, people, units and roles."""
