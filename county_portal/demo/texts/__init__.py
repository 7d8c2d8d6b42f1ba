"""What the demonstration county writes: topics as data, and a small grammar that speaks them."""
