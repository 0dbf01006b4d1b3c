"""Components: take data, draw."""
