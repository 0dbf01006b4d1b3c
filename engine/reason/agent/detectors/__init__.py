"""Detectors: how a run of a model goes wrong, as far as code can tell. Pure, one module a kind.

Each module says what it takes for a sign, and what it cannot see. They look at the journal alone,
never at what the model says of itself.
"""
