"""What stands round the work: calendar, due dates, register of papers, page frame."""
