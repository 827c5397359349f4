"""An hour's work of 200 people and 50 syncing peers, compressed: `python -m bench.hour`."""
