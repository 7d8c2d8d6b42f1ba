"""What any web application needs. Knows no word of our domain."""
