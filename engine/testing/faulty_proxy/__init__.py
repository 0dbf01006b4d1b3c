"""The faulty proxy: it stands between the engine's tools and a system of record, and does harm.

What it does to a call is drawn from a seed, so that a run can be repeated, and it keeps an honest
book of it. It knows nothing of the engine, and of the system behind it only the form of its JSON.
"""
