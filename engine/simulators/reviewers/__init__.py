"""Simulated people: invented reviewers with declared habits, for demonstrations.

They decide from what a person sees on a card and from dice; no cause, no label and no world comes
in here. Nothing is asked of an engine either: whoever makes a history carries out what they say.
"""
