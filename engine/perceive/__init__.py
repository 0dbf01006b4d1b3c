"""Perceive: signals in, facts out. Files and lines live here; what columns mean is a desk's."""
