"""County Portal: the office, and the public site that reads what the office has signed."""
