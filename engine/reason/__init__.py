"""Reason: reasoners that recommend; none of them can act."""
