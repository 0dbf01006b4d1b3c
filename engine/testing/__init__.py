"""Testing: builders, fakes and conformance suites that ship with the engine."""
