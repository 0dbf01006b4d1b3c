"""The orders desk's simulated world: orders in which things go wrong from hidden causes.

A cause is drawn, and from the cause the values of a few discrete signals; everything that can be
seen (the shop's state, texts, detector notes) is rendered from those values and from dice that do
not know the cause. So what is best to do given all that can be seen can be computed exactly: the
ceiling that no reasoner beats unless something leaks.
"""
