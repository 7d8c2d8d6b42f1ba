"""Papers of the road, to print: release forms, items, review sheets, yearly lists."""
