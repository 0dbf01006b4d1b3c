"""Act: grants and the executor, the only way to an effect."""
