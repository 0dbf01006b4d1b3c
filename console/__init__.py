"""The console: draws and submits, computes nothing."""
