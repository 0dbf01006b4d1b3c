"""Marks: timing the spans of a step while it is computed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter_ns

from engine.domain.actor import DecidedBy
from engine.domain.canonical import Json
from engine.domain.failure_codes import code_of_error
from engine.domain.span import Span, Stage
from engine.ports import Clock


@dataclass(slots=True)
class Mark:
    """What a running span will say; filled in while it runs."""

    outputs: Json = None
    rule: str = ""
    error: str = ""


@dataclass(slots=True)
class Marks:
    """Collects the spans of one step."""

    clock: Clock
    spans: list[Span] = field(default_factory=list)

    @contextmanager
    def timed(
        self,
        stage: Stage,
        name: str,
        decided_by: DecidedBy = DecidedBy.CODE,
        inputs: Json = None,
    ) -> Iterator[Mark]:
        """Time a block; an error is noted with its failure code and goes on."""
        mark = Mark()
        start = perf_counter_ns()
        try:
            yield mark
        except Exception as error:
            mark.error = code_of_error(error, stage)
            raise
        finally:
            duration_us = (perf_counter_ns() - start) // 1000
            self.spans.append(
                Span(
                    stage=stage,
                    name=name,
                    started_at=self.clock.now() - timedelta(microseconds=duration_us),
                    duration_us=duration_us,
                    decided_by=decided_by,
                    rule=mark.rule,
                    inputs=inputs,
                    outputs=mark.outputs,
                    error=mark.error,
                )
            )
