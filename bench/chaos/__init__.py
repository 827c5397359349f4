"""Faults drawn by a seed in a hub under mixed load, and what must hold after each: `python -m bench.chaos`."""
