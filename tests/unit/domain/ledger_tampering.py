"""Ways to tamper with one small ledger in memory, each named for what it does.

The ledger: three streams of four entries in seals 1 and 2, then one unsealed entry each in
`case:a` and `global`.
"""

from dataclasses import replace
from datetime import timedelta

from engine.domain.ledger import EventKind
from engine.domain.seal import make_seal
from engine.domain.seal_line import make_line, parse_line
from engine.domain.stored_ledger import Head
from tests.memory_ledger import KEY, START, MemoryLedger

STREAMS = ("case:a", "case:b", "global")


def a_ledger():
    ledger = MemoryLedger()
    for _ in range(2):
        for stream in STREAMS * 2:
            ledger.append(stream, {"n": ledger.ticks, "text": "größer"})
        ledger.seal()
    ledger.append("case:a", {"n": 100})
    ledger.append("global", None)
    return ledger


def with_number(line, number):
    return replace(line, seal=replace(line.seal, number=number))


def edit_payload(ledger):
    ledger.edit(("case:a", 2), payload='{"n":666}')


def edit_salt(ledger):
    ledger.edit(("case:a", 2), salt=b"another salt....")


def drop_salt(ledger):
    ledger.edit(("case:a", 2), salt=None)


def drop_payload_keeping_salt(ledger):
    ledger.edit(("case:a", 2), payload=None)


def edit_actor(ledger):
    ledger.edit(("case:a", 2), actor="mallory")


def edit_time(ledger):
    ledger.edit(("case:a", 2), at=START)


def edit_kind(ledger):
    ledger.edit(("case:a", 2), kind=EventKind.CASE_CLOSED.value)


def edit_decider(ledger):
    ledger.edit(("case:a", 2), decided_by="policy")


def edit_and_rehash_one(ledger):
    ledger.edit(("case:a", 2), actor="mallory")
    ledger.rehash(("case:a", 2))


def recompute_chain(ledger):
    ledger.edit(("case:a", 2), payload='{"n":666}')
    ledger.recompute("case:a")


def recompute_chain_and_marks(ledger):
    recompute_chain(ledger)
    ledger.remark("case:a")


def forge_seals_without_key(ledger):
    recompute_chain_and_marks(ledger)
    for number, seal in ledger.seal_rows.items():
        entries = [entry for of, entry in ledger.marks() if of == number]
        forged = make_seal(
            entries, number=number, previous_mac=b"", sealed_at=seal.sealed_at, key=b"guess"
        )
        ledger.seal_rows[number] = replace(seal, root=forged.root)


def delete_middle(ledger):
    del ledger.rows["case:a", 2]


def delete_middle_and_mark(ledger):
    del ledger.rows["case:a", 2]
    ledger.drop_marks([("case:a", 2)])


def delete_two(ledger):
    del ledger.rows["case:a", 2]
    del ledger.rows["case:a", 3]


def delete_and_close_the_gap(ledger):
    entries = ledger.stream_of("case:a")
    ledger.replace_stream("case:a", entries[:1] + entries[2:])
    ledger.recompute("case:a")


def insert_and_recompute(ledger):
    entries = ledger.stream_of("case:a")
    ledger.replace_stream("case:a", [*entries[:1], entries[0], *entries[1:]])
    ledger.recompute("case:a")


def insert_impossible_number(ledger):
    ledger.rows["case:a", -1] = ledger.rows["case:a", 1]._replace(sequence=-1)


def swap(ledger):
    one, two = ledger.rows["case:a", 2], ledger.rows["case:a", 4]
    ledger.rows["case:a", 2] = two._replace(sequence=2)
    ledger.rows["case:a", 4] = one._replace(sequence=4)


def swap_streams(ledger):
    one, two = ledger.rows["case:a", 2], ledger.rows["case:b", 2]
    ledger.rows["case:a", 2] = two._replace(stream="case:a")
    ledger.rows["case:b", 2] = one._replace(stream="case:b")


def cut_tail(ledger):
    del ledger.rows["case:b", 4]


def cut_tail_and_adjust_head(ledger):
    ledger.replace_stream("case:b", ledger.stream_of("case:b")[:2])


def cut_tail_and_all_traces(ledger):
    cut_tail_and_adjust_head(ledger)
    ledger.drop_marks([("case:b", 3), ("case:b", 4)])


def cut_unsealed_tail(ledger):
    del ledger.rows["case:a", 5]


def delete_stream(ledger):
    ledger.replace_stream("case:b", [])


def delete_stream_and_all_traces(ledger):
    delete_stream(ledger)
    ledger.drop_marks([("case:b", number) for number in range(1, 5)])


def delete_entries_keeping_head(ledger):
    head = ledger.head_rows["case:b"]
    delete_stream_and_all_traces(ledger)
    ledger.head_rows["case:b"] = head
    ledger.seal_rows.clear()
    ledger.mark_rows.clear()
    ledger.file = None


def delete_head(ledger):
    del ledger.head_rows["case:b"]


def edit_head_hash(ledger):
    ledger.head_rows["case:b"] = Head(4, b"h" * 32)


def lower_head(ledger):
    ledger.head_rows["case:b"] = Head(3, ledger.rows["case:b", 3].hash)


def drop_mark(ledger):
    ledger.drop_marks([("case:b", 3)])


def drop_mark_without_file(ledger):
    drop_mark(ledger)
    ledger.file = None


def edit_mark(ledger):
    ledger.mark_rows["case:b", 3] = (2, b"m" * 32)


def move_mark(ledger):
    ledger.mark_rows["case:b", 2] = (2, ledger.rows["case:b", 2].hash)


def mark_for_no_seal(ledger):
    ledger.mark_rows["case:a", 5] = (9, ledger.rows["case:a", 5].hash)


def drop_last_seal(ledger):
    del ledger.seal_rows[2]


def drop_last_seal_and_marks(ledger):
    del ledger.seal_rows[2]
    ledger.drop_marks(ledger.marks_of(2))


def drop_first_seal_and_marks(ledger):
    del ledger.seal_rows[1]
    ledger.drop_marks(ledger.marks_of(1))


def drop_first_seal_everywhere(ledger):
    drop_first_seal_and_marks(ledger)
    del ledger.file[0]


def edit_seal_time(ledger):
    ledger.seal_rows[2] = replace(ledger.seal_rows[2], sealed_at=START + timedelta(days=1))


def edit_seal_count(ledger):
    ledger.seal_rows[2] = replace(ledger.seal_rows[2], count=5)


def edit_seal_root(ledger):
    ledger.seal_rows[1] = replace(ledger.seal_rows[1], root=b"r" * 32)


def fork_with_key(ledger):
    seal = ledger.seal_rows[2]
    entries = [entry for of, entry in ledger.marks() if of == 2]
    ledger.seal_rows[2] = make_seal(
        entries,
        number=2,
        previous_mac=b"x" * 32,
        sealed_at=seal.sealed_at,
        key=KEY,
    )


def remake_with_key(ledger):
    seal = ledger.seal_rows[2]
    entries = [entry for of, entry in ledger.marks() if of == 2]
    ledger.seal_rows[2] = make_seal(
        entries, number=2, previous_mac=seal.previous_mac, sealed_at=START, key=KEY
    )


def break_link_with_key(ledger):
    fork_with_key(ledger)
    entries = [entry for of, entry in ledger.marks() if of == 2]
    ledger.file[1] = make_line(ledger.seal_rows[2], entries, KEY).text()


def delete_file(ledger):
    ledger.file = None


def drop_last_line(ledger):
    del ledger.file[-1]


def drop_first_line(ledger):
    del ledger.file[0]


def repeat_line(ledger):
    ledger.file.append(ledger.file[0])


def swap_lines(ledger):
    ledger.file.reverse()


def edit_line_number(ledger):
    ledger.file[0] = with_number(parse_line(ledger.file[0]), 7).text()


def edit_line_list(ledger):
    line = parse_line(ledger.file[0])
    ledger.file[0] = replace(line, runs=line.runs[1:]).text()


def garble_line(ledger):
    ledger.file[0] = ledger.file[0][:-5]


def add_junk_line(ledger):
    ledger.file.append("# no seal")


def add_torn_junk(ledger):
    ledger.torn = "# no seal"
