"""The shop: the orders desk's system of record, a small server with a database of its own.

It stands in for a live one, so the engine knows it through HTTP alone. What it holds balances by
construction: money and pieces move by postings from one place to another, in the transaction that
changes what they stand for.
"""
