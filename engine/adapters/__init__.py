"""Adapters: the only home of vendor SDKs and of the machine itself (clock, keys, passwords)."""
