"""Charts: plotly figures from the engine's rows. Pure functions; every number comes in a row.

Must not: ask the engine, draw on the page, or hold state.
"""
