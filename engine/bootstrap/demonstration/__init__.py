"""Demonstration: an invented history, made by running the engine on a fast clock.

Worker, service, desk and shop are the real ones; the world and the people are simulators. Nothing
here writes a result: everything comes about by a request, a row that is handed in, or the worker.
"""

from engine.bootstrap.demonstration.making import History, HistoryPlan, Made, Progress
from engine.bootstrap.demonstration.opening import Opened, open_history

__all__ = ["History", "HistoryPlan", "Made", "Opened", "Progress", "open_history"]
