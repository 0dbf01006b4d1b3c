"""Simulators: worlds with hidden causes, for demonstrations, tests and benchmarks.

No desk, reasoner or page imports them (held by the import contract). What they make is marked as
simulated by whoever submits it, and never counts as evidence for a real cell.
"""
