"""Countersign's engine: the four stages, the policy between them, and what they stand on."""
