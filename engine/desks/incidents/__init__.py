"""The incidents desk: routes service incidents to the group that resolves them."""

from __future__ import annotations

from engine.desks.incidents.desk import incidents_desk

__all__ = ["incidents_desk"]
