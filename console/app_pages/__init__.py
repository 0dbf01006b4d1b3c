"""Pages: one file each, with `render()` and a main guard."""
