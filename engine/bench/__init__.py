"""Bench: what `countersign bench` runs."""
