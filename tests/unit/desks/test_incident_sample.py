"""The shipped sample: what the generator makes, whole, invented and learnable."""

import csv
import gzip
from pathlib import Path

from engine.desk import Incoming
from engine.desks.incidents.intake import IncidentIntake
from engine.desks.incidents.sample import ROWS, WITHOUT_TRUTH, make_rows, write_sample
from engine.perceive.files import read_rows
from engine.perceive.incoming import IncomingLines

SAMPLE = Path(__file__).resolve().parents[3] / "data" / "incidents_sample.csv"


def incoming() -> list[Incoming]:
    intake = IncidentIntake()
    lines = IncomingLines(read_rows(SAMPLE, intake), intake.read)
    return [line for _, line in lines if isinstance(line, Incoming)]


def test_shipped_sample_is_what_the_generator_makes(tmp_path: Path):
    made = tmp_path / "sample.csv"
    write_sample(made)
    assert made.read_bytes() == SAMPLE.read_bytes()


def test_every_row_of_the_sample_is_accepted():
    assert len(incoming()) == ROWS


def test_latest_rows_have_no_truth_yet():
    labelled = [bool(one.label) for one in incoming()]
    assert labelled == [True] * (ROWS - WITHOUT_TRUTH) + [False] * WITHOUT_TRUTH


def test_sample_runs_in_opening_order():
    opened = [one.signal.as_of for one in incoming()]
    assert opened == sorted(opened)


def test_dispatcher_is_right_in_seven_of_ten():
    labelled = [row for row in make_rows() if row.get("y_final_group")]
    right = sum(row["initial_assignment_group"] == row["y_final_group"] for row in labelled)
    assert 0.65 < right / len(labelled) < 0.75


def test_sample_shares_no_value_with_the_real_file(shared_data: Path):
    columns = ("case_id", "location", "category", "initial_assignment_group", "caller_id")
    with gzip.open(shared_data / "uci_incidents_dev.csv.gz", "rt", encoding="utf-8") as file:
        real = {row[name] for row in csv.DictReader(file) for name in columns}
    ours = {row[name] for row in make_rows() for name in columns}
    assert real & ours == {""}
