"""Rules first, the model for what they leave open, evidence and checks where the two differ."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

import schemas
from extractor import readers
from extractor.accounting.checks import _CHECKS
from extractor.accounting.grounding import container
from extractor.accounting.value_paths import field_of, moved, own_places, row_of
from extractor.config import Settings
from extractor.document.finding_kinds import FindingKind
from extractor.document.results import Answer, Candidate, Chunk, Finding, Form, Place, Record, finding
from extractor.engines import rules
from extractor.engines.hybrid import merging
from extractor.engines.hybrid.answer_parts import Region, judge, shifted
from extractor.engines.hybrid.merging import settle
from extractor.engines.hybrid.open_parts import Part, narrowed, part_of
from extractor.engines.llm.answer_writing import compact
from extractor.forms.chunks import chunks
from extractor.forms.regions import cut
from extractor.pipeline import process
from tests.engines.llm.test_engine import GOOD, TEXT, document
from tests.engines.llm.test_samples import squeezed
from tests.fault_server import Faults, Server, Step, running
from tests.llm_model import reply
from tests.paths import SAMPLES


def settings(server: Server) -> Settings:
    return Settings.model_validate(
        {"model": "m", "base_url": server.url, "api_key": "k", "call_attempts": 2, "call_timeout": 2, "corrections": 1}
    )


def run(text: str, answer: dict[str, Any]) -> tuple[Record, list[dict[str, Any]]]:
    """The record of a text with one form, and the requests that it cost."""
    with running(Faults((Step(answer=json.dumps(answer, ensure_ascii=False)),))) as server:
        result = process(document(text), settings(server), schemas.builtin(), "hybrid")
    return result.records[0], server.faults.requests


def form_of(text: str) -> Form:
    (form,) = cut(document(text), schemas.builtin()).forms
    return form


UNCLEAR = TEXT.replace(
    "修缮步道三公里，加装路灯。 已按期完工。", "修缮步道共三公里\n加装路灯二十盏。\n步道已按期完工\n路灯也全部亮了。"
)
GOALS = ("expected_goal", "actual_completion")


@pytest.fixture
def abstaining(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that cannot tell the two goals apart, and say so."""
    read = rules.extract

    def extract(forms: Sequence[Form]) -> list[Answer]:
        doubts = tuple(finding(FindingKind.COLUMNS_UNCLEAR, name, "two columns?") for name in GOALS)
        return [
            replace(a, candidates=tuple(c for c in a.candidates if c.path not in GOALS), findings=doubts)
            for a in read(forms)
        ]

    monkeypatch.setattr(rules, "extract", extract)


def test_a_settled_form_costs_no_call() -> None:
    record, requests = run(TEXT, {})
    assert record.settled
    assert record.usage.get("calls", 0) == 0
    assert requests == []
    assert record.engine == "hybrid"


@pytest.mark.usefixtures("abstaining")
def test_only_the_unsettled_fields_are_asked_for() -> None:
    # What nothing accounts for stands between the funding and the indicators: those are looked at again too.
    rows = [[f"{int(row[0]) + 3}", *row[1:]] for row in GOOD["indicators"]]
    answer = {"expected_goal": "[14-15]", "actual_completion": "[16-17]", "funding": GOOD["funding"]}
    record, requests = run(UNCLEAR, {**answer, "indicators": rows})
    assert len(requests) == 1
    sent = json.dumps(requests[0], ensure_ascii=False)
    assert all(name in sent for name in GOALS)
    assert "implementing_unit" not in sent
    assert "total_score" not in sent
    assert record.values["expected_goal"] == "修缮步道共三公里加装路灯二十盏。"
    assert record.values["actual_completion"] == "步道已按期完工路灯也全部亮了。"
    assert record.values["indicators"][0]["level3"] == GOOD["indicators"][0][3]
    # Nothing printed parts the two goals, so the model's word for where the one ends is not taken as settled.
    doubts = {(f.path, f.kind) for f in record.findings if f.about == "reading"}
    assert doubts == {(name, kind) for name in GOALS for kind in ("texts_run_on", "unproven")}
    assert record.usage["calls"] == 1


@pytest.mark.usefixtures("abstaining")
def test_a_model_that_gives_nothing_leaves_the_form_as_rules_left_it() -> None:
    record, _ = run(UNCLEAR, {})
    alone = process(document(UNCLEAR), Settings(), schemas.builtin(), "rules").records[0]
    assert record.values == alone.values
    assert record.values["expected_goal"] is None
    assert not record.settled


@pytest.mark.usefixtures("abstaining")
def test_a_model_that_invents_changes_nothing() -> None:
    record, _ = run(UNCLEAR, {"expected_goal": "修建大桥一座", "actual_completion": "没有完工"})
    assert "大桥" not in str(record.values)
    assert not record.settled


def candidate(path: str, text: str, line: str, start: int) -> Candidate:
    return Candidate(path, text, (Place(1, line, start, start + len(text)),))


def two(first: list[Candidate], second: list[Candidate], *findings: Finding) -> Answer:
    """What becomes of two readings of one form."""
    form = form_of(TEXT)
    own = rules.extract([form])[0]
    names = {container(c.path) for c in (*first, *second)}
    rest = tuple(c for c in own.candidates if container(c.path) not in names)
    ours = replace(own, candidates=(*rest, *first), findings=findings)
    part = Part(replace(form, schema=narrowed(form.schema, frozenset(names))), tuple(Region(n) for n in sorted(names)))
    return settle(form, ours, part, Answer(tuple(second), own.labels, own.nulls))


ROWS = TEXT.replace(
    "满意度指标 服务对象",
    """时效指标 完工时间 9月底前 9月中旬 5.00 5.00
效益指标 社会效益指标 游客人数 ≥12000.00(人) 12600.00(人) 5.00 5.00
生态效益指标 补种乔木数 ≥60.00(株) 64.00(株) 5.00 5.00
可持续影响指标 养护制度 健全 健全 5.00 5.00
满意度指标 服务对象""",
).replace("40.00 40.00", "20.00 20.00")
"""Seven indicators, on the lines 16 to 22."""


def doubting(monkeypatch: pytest.MonkeyPatch, path: str, text: str = "") -> None:
    """Rules that doubt a value, and read less of it where a text is given."""
    read = rules.extract

    def extract(forms: Sequence[Form]) -> list[Answer]:
        return [replace(a, candidates=tuple(misread(a)), findings=(*a.findings, doubt)) for a in read(forms)]

    def misread(answer: Answer) -> Iterator[Candidate]:
        for c in answer.candidates:
            short = c.path == path and text
            yield (
                replace(c, text=text, places=(c.places[0]._replace(end=c.places[0].start + len(text)),)) if short else c
            )

    doubt = finding(FindingKind.COLUMN_UNCLEAR, path, "it could stand in another column")
    monkeypatch.setattr(rules, "extract", extract)


THREE = [
    ["18", "产出指标", "时效指标", "完工时间", "9月底前", "9月中旬", "5.00", "5.00", ""],
    ["19", "效益指标", "社会效益指标", "游客人数", "≥12000.00(人)", "12600.00(人)", "5.00", "5.00", ""],
    ["20", "", "生态效益指标", "补种乔木数", "≥60.00(株)", "64.00(株)", "5.00", "5.00", ""],
]


def reading(record: Record) -> list[tuple[str, str]]:
    return [(f.path, f.kind) for f in record.findings if f.about == "reading"]


def test_of_a_list_only_the_rows_in_doubt_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    record, (request,) = run(ROWS, {"indicators": THREE})
    system, user = (message["content"] for message in request["messages"])
    assert "project_name" not in system and "indicators" in system
    # The title, the header, and three lines around the three rows.
    shown = re.findall(r"^\[(\d+)\]", user, re.MULTILINE)
    assert shown == ["1", *(f"{n}" for n in range(15, 24))]
    assert "indicators [17] 之后、[21] 之前" in user
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    assert record.values == alone.values
    assert reading(record) == []


def test_what_rules_found_is_shown_but_for_what_they_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    _, (request,) = run(ROWS, {"indicators": THREE})
    user = request["messages"][1]["content"]
    fence = re.findall(r"读数 (\w+) 开始\n(.*)\n读数 (\w+) 结束", user)
    ((begin, found, end),) = fence
    assert begin == end and begin in user.splitlines()[0]
    expected = [list(row) for row in THREE]
    expected[1][4] = "?"
    assert json.loads(found) == {"indicators": expected}


def test_rows_that_the_model_answers_around_those_asked_for_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    around = ["17", "产出指标", "质量指标", "验收合格率", "=100.00(%)", "", "", "", ""]
    record, _ = run(ROWS, {"indicators": [around, *THREE]})
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    assert record.values == alone.values
    assert reading(record) == []


def test_a_row_that_rules_missed_is_put_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    read = rules.extract

    def without_the_fourth(forms: Sequence[Form]) -> list[Answer]:
        (answer,) = read(forms)
        region = Region("indicators", 3, 4)
        left = replace(answer, candidates=tuple(c for c in answer.candidates if not region.holds(c.path)))
        return [shifted(left, "indicators", 4, -1)]

    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    monkeypatch.setattr(rules, "extract", without_the_fourth)
    record, (request,) = run(ROWS, {"indicators": THREE})
    assert "indicators [17] 之后、[21] 之前" in request["messages"][1]["content"]
    assert record.values == alone.values
    assert len(record.values["indicators"]) == 7
    # Rules did not see the row: that the model has it in the right place is shown by nothing but its word.
    assert "indicators[3]" in {path for path, _ in reading(record)}


def test_a_row_that_rules_made_up_of_another_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    read = rules.extract

    def cut_in_two(forms: Sequence[Form]) -> list[Answer]:
        (answer,) = read(forms)
        more = shifted(answer, "indicators", 4, 1)
        target = re.compile(r"indicators\[3\]\.(actual|weight|score)")
        moved = tuple(
            replace(c, path=c.path.replace("[3]", "[4]")) if target.match(c.path) else c for c in more.candidates
        )
        doubt = finding(FindingKind.ROW_UNCLEAR, "indicators[4]", "a row may begin elsewhere")
        return [replace(more, candidates=moved, findings=(doubt,))]

    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    monkeypatch.setattr(rules, "extract", cut_in_two)
    record, _ = run(ROWS, {"indicators": THREE[1:]})
    assert record.values == alone.values
    assert "indicators" in {path for path, _ in reading(record)}


def test_a_row_that_the_model_drops_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    record, _ = run(ROWS, {"indicators": [THREE[0], THREE[2]]})
    assert [row["level3"] for row in record.values["indicators"]][3] == "游客人数"
    assert ("indicators[3]", "two_readers") in reading(record)
    assert not record.settled


def test_a_better_reading_of_a_row_is_taken_and_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    doubting(monkeypatch, "indicators[3].target", text="≥12000")
    record, _ = run(ROWS, {"indicators": THREE})
    assert record.values["indicators"][3]["target"]["text"] == "≥12000.00(人)"
    assert record.values == alone.values
    assert reading(record) == [("indicators[3].target", "two_readers")]


def test_where_nothing_decides_each_value_of_a_row_is_shown_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    swapped = [THREE[0], [*THREE[1][:4], THREE[1][5], THREE[1][4], *THREE[1][6:]], THREE[2]]
    monkeypatch.setattr(merging, "_better", lambda *_: False)
    record, _ = run(ROWS, {"indicators": swapped})
    assert record.values["indicators"][3]["target"]["text"] == "≥12000.00(人)"
    both = {f.path: f.message for f in record.findings if f.kind == "two_readers"}
    assert set(both) == {"indicators[3].target", "indicators[3].actual"}
    assert "'≥12000.00(人)'" in both["indicators[3].target"] and "'12600.00(人)'" in both["indicators[3].target"]


def test_two_places_of_one_list_are_asked_for_and_settled_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    doubting(monkeypatch, "indicators[0].target", text="≥3")
    doubting(monkeypatch, "indicators[6].target")
    ends = ["产出指标", "数量指标", "修缮长度", "≥3.00(公里)", "3.10(公里)", "20.00", "20.00", ""]
    more = ["17", "", "质量指标", "验收合格率", "=100.00(%)", "100.00(%)", "30.00", "30.00", ""]
    last = ["21", "效益指标", "可持续影响指标", "养护制度", "健全", "健全", "5.00", "5.00", ""]
    wrong = ["22", "满意度指标", "服务对象满意度指标", "居民满意度", "≥90.00(%)", "88.00(%)", "20.00", "", ""]
    record, (request, *_) = run(ROWS, {"indicators": [["16", *ends], more, last, wrong]})
    asked = next(line for line in request["messages"][1]["content"].splitlines() if "indicators" in line)
    assert "indicators [18] 之前; indicators [20] 之后" in asked
    assert record.values == alone.values
    # the model agrees on the target that rules doubted; it has no score, and another target in the first row
    assert reading(record) == [("indicators[6].score", "two_readers"), ("indicators[0].target", "two_readers")]


def test_labels_of_the_row_above_hold_for_rows_that_the_model_gave_none(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[5].target")
    rows = [
        THREE[2],
        ["21", "", "可持续影响指标", "养护制度", "健全", "健全", "5.00", "5.00", ""],
        ["22", "满意度指标", "服务对象满意度指标", "居民满意度", "≥90.00(%)", "88.00(%)", "20.00", "18.00", ""],
    ]
    record, _ = run(ROWS, {"indicators": rows})
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    assert record.values["indicators"][4]["level1"] == "效益指标"
    assert record.values == alone.values
    assert reading(record) == []


def test_what_no_reading_can_mend_costs_no_call() -> None:
    form = form_of(TEXT)
    (read,) = rules.extract([form])
    unsure = finding(FindingKind.LOW_CONFIDENCE, "project_name", "the reading is unsure here (0.50)")
    answer = replace(read, findings=(*read.findings, unsure))
    assert {f.kind for f in judge(form, answer).reading} == {"low_confidence"}
    assert part_of(form, answer) is None
    blurred = replace(read, findings=(*read.findings, replace(unsure, kind=FindingKind.COLUMN_UNCLEAR)))
    assert part_of(form, blurred) is not None


def test_the_same_fields_of_a_schema_are_one_schema() -> None:
    form = form_of(TEXT)
    assert narrowed(form.schema, frozenset(GOALS)) is narrowed(form.schema, frozenset(reversed(GOALS)))


DOUBT = finding(FindingKind.TEXT_LEFT, "project_name", "more text stands behind the value")


def value(answer: Answer, path: str) -> str:
    return next(c.text for c in answer.candidates if c.path == path)


def test_two_readers_that_agree_settle_a_doubt() -> None:
    same = [candidate("project_name", "湖滨步道修缮", "L3", 5)]
    assert two(same, same, DOUBT).findings == ()


def test_the_better_evidence_decides() -> None:
    short, whole = candidate("project_name", "湖滨步道", "L3", 5), candidate("project_name", "湖滨步道修缮", "L3", 5)
    answer = two([short], [whole], DOUBT)
    assert value(answer, "project_name") == "湖滨步道修缮"
    assert DOUBT not in answer.findings
    assert value(two([whole], [short]), "project_name") == "湖滨步道修缮"


def test_where_nothing_decides_both_values_are_shown() -> None:
    ours, theirs = (
        candidate("supervising_department", "云河县住建局", "L4", 5),
        candidate("supervising_department", "云河县园林所", "L4", 17),
    )
    answer = two([ours], [theirs])
    assert value(answer, "supervising_department") == "云河县住建局"
    found = [f for f in answer.findings if f.kind == "two_readers"]
    assert [f.path for f in found] == ["supervising_department"]
    assert "云河县住建局" in found[0].message
    assert "云河县园林所" in found[0].message


def test_what_rules_have_proven_stays_whatever_the_model_says(monkeypatch: pytest.MonkeyPatch) -> None:
    doubting(monkeypatch, "indicators[3].target")
    alone = process(document(ROWS), Settings(), schemas.builtin(), "rules").records[0]
    exchanged = [list(row) for row in THREE]
    for n in (3, 5, 6):  # names, actual values and weights slip to the next row, the target in doubt stays
        exchanged[1][n], exchanged[2][n] = exchanged[2][n], exchanged[1][n]
    record, _ = run(ROWS, {"indicators": exchanged})
    assert record.values == alone.values
    assert not record.settled


def test_a_check_decides_between_two_readings_of_equal_evidence() -> None:
    ours, theirs = candidate("total_score", "100.00", "L19", 3), candidate("total_score", "98.00", "L19", 10)
    weight = candidate("total_weight", "100.00", "L19", 3)
    swapped = candidate("total_weight", "98.00", "L19", 10)
    doubts = [
        finding(FindingKind.COLUMNS_LOST, path, "which column is it?") for path in ("total_score", "total_weight")
    ]
    answer = two([ours, swapped], [theirs, weight], *doubts)
    assert (value(answer, "total_score"), value(answer, "total_weight")) == ("98.00", "100.00")


@pytest.mark.parametrize("name", sorted(p.name for p in SAMPLES.iterdir() if p.is_file()))
def test_with_a_silent_model_hybrid_is_rules(name: str) -> None:
    own = readers.read(SAMPLES / name, name, Settings())
    with running(Faults((Step(answer="{}"),))) as server:
        ours = process(own, settings(server), schemas.builtin(), "hybrid")
    alone = process(own, Settings(), schemas.builtin(), "rules")
    assert [r.values for r in ours.records] == [r.values for r in alone.records]
    assert [r.settled for r in ours.records] == [r.settled for r in alone.records]


def seen(part: Form, answer: Answer) -> Iterator[Candidate]:
    """The values of the rows that the part shows, as one who sees no more would number them."""
    units = {(row.page, u.id) for row in part.rows for u in row.units}
    for spec in part.schema.fields:
        own = own_places(part.schema, answer.candidates, spec.name)
        rows = [n for n, places in sorted(own.items()) if all((p.page, p.unit) in units for p in places)]
        for c in answer.candidates:
            row = row_of(c.path)
            if field_of(c.path) == spec.name and (row is None or row in rows):
                yield c if row is None else replace(c, path=moved(c.path, rows.index(row) - row))


@pytest.mark.parametrize("name", sorted(p.name for p in SAMPLES.iterdir() if p.is_file()))
def test_a_model_that_reads_the_same_settles_what_rules_doubt(name: str) -> None:
    """It answers lists whole: of their rows only those that were asked for count."""
    own = readers.read(SAMPLES / name, name, Settings())
    forms = cut(own, schemas.builtin()).forms
    shown: list[tuple[Chunk, dict[str, Any]]] = []
    for form, answer in zip(forms, rules.extract(forms), strict=True):
        part = part_of(form, answer)
        if part is not None:
            values = compact(replace(form, schema=part.form.schema), seen(part.form, answer))
            shown.extend((chunk, values) for chunk in chunks(part.form, 6_000))
    with running(Faults(respond=lambda request: Step(answer=reply(request, shown)))) as server:
        ours = process(own, settings(server), schemas.builtin(), "hybrid")
    alone = process(own, Settings(), schemas.builtin(), "rules")
    assert [squeezed(r.values) for r in ours.records] == [squeezed(r.values) for r in alone.records]
    about_the_scan = {"low_confidence", "unruled_doubt"}
    for record, before in zip(ours.records, alone.records, strict=True):
        asked = record.usage.get("calls", 0) > 0
        # what speaks against a place speaks against it whoever reads it
        places = {f for f in before.findings if f.kind == FindingKind.UNPROVEN}
        left = {f.kind for f in record.findings if f.about == "reading" and f not in places} - about_the_scan
        assert not asked or left <= {kind for kind, _ in _CHECKS.values()}, left
