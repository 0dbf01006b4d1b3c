"""Scenarios: worlds put together as a suite tells them, and run through the whole engine."""
