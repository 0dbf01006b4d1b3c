"""The orders desk: money, stock and parcels of a shop."""
