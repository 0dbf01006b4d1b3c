"""Scenario suites: how one is written, how what happened is judged, and what is reported of it."""
