"""What is made of the records: figures, reports, circulars, briefings, gazettes, deposits."""
