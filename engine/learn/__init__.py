"""Learn: fitting on labels that have become known, and judging fits."""
