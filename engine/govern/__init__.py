"""Govern: policy and statistics as pure functions; no input, output or clock."""
