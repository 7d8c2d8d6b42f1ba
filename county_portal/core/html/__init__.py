"""People's HTML: cleaned, given the shape of a plain document, compared."""
