"""SqlQueries: the reads behind every page, over read-only connections. It only delegates."""

from __future__ import annotations

from collections.abc import Mapping

from engine.desk import Desk
from engine.domain.ids import CaseId
from engine.ports import Clock
from engine.runtime.policy import PolicyView
from engine.service import rows
from engine.store.database import Database
from engine.store.read_card import Cards
from engine.store.read_cells import Cells
from engine.store.read_choices import Choices
from engine.store.read_evidence import EvidenceBook
from engine.store.read_health import Signs
from engine.store.read_labels import Labels
from engine.store.read_ledger import LedgerPages
from engine.store.read_queue import Queue
from engine.store.read_scores import Scores
from engine.store.read_source import ReadSource
from engine.store.read_traces import Traces
from engine.store.reader import SqlReader


class SqlQueries:
    """The engine's read model; see `engine.service.queries.Queries` for what each read gives."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        desks: Mapping[str, Desk],
        take_back_s: float,
    ) -> None:
        """Read from a database.

        Args:
            database: Where to read; nothing is opened before the first read.
            clock: The wall clock, for claims and for desks that run live.
            desks: The desks that run here.
            take_back_s: How long a decision can be taken back, for the words on a card.
        """
        reader = SqlReader(database)
        source = ReadSource(
            database=database,
            clock=clock,
            desks=desks,
            reader=reader,
            policy=PolicyView(reader, desks),
        )
        labels = Labels(source)
        self._evidence = EvidenceBook(labels)
        self._queue = Queue(source)
        self._ledger = LedgerPages(source)
        self._cards = Cards(
            source,
            queue=self._queue,
            ledger=self._ledger,
            evidence=self._evidence,
            take_back_s=take_back_s,
        )
        self._traces = Traces(source)
        self._cells = Cells(source, self._evidence)
        self._scores = Scores(source, labels)
        self._choices = Choices(source)
        self._signs = Signs(source)

    def desks(self) -> tuple[rows.DeskRow, ...]:
        """The desks that run here."""
        return self._signs.desks()

    def queue(
        self, which: rows.QueueFilter, *, cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.QueueRow]:
        """Cases that wait for a person, the most pressing first."""
        return self._queue.page(which, cursor=cursor, limit=limit)

    def queue_version(self, desk: str = "") -> str:
        """A text that changes with every change of a case and of a claim that holds."""
        return self._queue.version(desk)

    def card(self, case_id: CaseId) -> rows.CaseCard:
        """All about one case."""
        return self._cards.card(case_id)

    def find_case(self, text: str) -> CaseId | None:
        """The case with that source id or id; of several the newest."""
        return self._queue.find(text)

    def traces(
        self, *, desk: str = "", text: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.TraceRow]:
        """Runs, newest first."""
        return self._traces.page(desk=desk, text=text, cursor=cursor, limit=limit)

    def spans(self, case_id: CaseId) -> tuple[rows.SpanRow, ...]:
        """The trace of one case; empty where nothing has happened to it."""
        return self._traces.spans(case_id)

    def cells(self, desk: str = "") -> tuple[rows.CellRow, ...]:
        """The envelope matrix."""
        return self._cells.rows(desk)

    def curve(self, cell: str) -> tuple[rows.CurvePoint, ...]:
        """Error against coverage of a cell, the strictest threshold first.

        Over all recommendations that were scored before their truth became known. The thresholds
        are *raw* confidences: a calibration changes over time and is not kept with each outcome,
        and the rolling rule cuts on the raw confidence as well. At most 200 points, evenly
        spread over coverage; each bound is for its own point, not for the whole curve.
        """
        return self._evidence.curve(cell)

    def envelopes(self, desk: str) -> tuple[rows.EnvelopeRow, ...]:
        """Versions of a desk's envelope, newest first; version 0 is what the desk ships with."""
        return self._cells.envelopes(desk)

    def scores(self, desk: str = "") -> tuple[rows.CellScore, ...]:
        """The scorecard, one row a cell and data origin."""
        return self._scores.rows(desk)

    def ledger(
        self, *, stream: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.LedgerRow]:
        """Ledger entries, newest first; `stream` is a name or the beginning of names."""
        return self._ledger.page(stream=stream, kind=kind, cursor=cursor, limit=limit)

    def choices(
        self, *, text: str = "", kind: str = "", cursor: str = "", limit: int = 50
    ) -> rows.Page[rows.ChoiceRow]:
        """The decision log, newest first."""
        return self._choices.page(text=text, kind=kind, cursor=cursor, limit=limit)

    def schedules(self) -> tuple[rows.ScheduleRow, ...]:
        """Periodic jobs."""
        return self._signs.schedules()

    def health(self) -> rows.Health:
        """Counts and signs of life."""
        return self._signs.health()
