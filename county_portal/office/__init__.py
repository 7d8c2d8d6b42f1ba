"""What every feature of the office shares."""
