"""Every printed character is accounted for once, and every value points at where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import schemas
from extractor.accounting.grounding import Grounded, container, ground
from extractor.document.layout import Box, Document, Line, Word
from extractor.document.results import Answer, Candidate, Finding, Form, Place
from extractor.engines import rules
from extractor.forms.regions import cut
from schemas.spec import SchemaSpec
from tests.form_cases import (
    DEPARTMENT,
    EVALUATION,
    INDICATOR_HEADER,
    INDICATOR_ROWS,
    PROJECT,
    PROJECT_TITLE,
    document,
    evaluation_form,
    form_of,
    grid,
    paged,
    project_form,
    result_of,
)

Character = tuple[int, str, int]
LABEL_PUNCTUATION = ":：﹕"


def printed(read: Document) -> set[Character]:
    """Every printed character; a label's colon is part of no word."""
    return {
        (u.page, u.id, n)
        for u in read.units()
        for n, char in enumerate(u.text)
        if not char.isspace() and char not in LABEL_PUNCTUATION
    }


def characters(places: Iterable[Place]) -> list[Character]:
    return [(p.page, p.unit, n) for p in places for n in range(p.start, p.end)]


def readable(text: str) -> str:
    """The text, unless it holds a header that no row follows: see `test_a_header_without_rows_is_no_error`."""
    try:
        result_of(text)
    except ValueError as error:
        assume("zip() argument 2 is longer" not in str(error))
    return text


def classes(read: Document) -> dict[str, set[Character]]:
    """The characters of a document by class, as the records, the engine's answers and the document's lines say."""
    regions = cut(read, schemas.builtin())
    answers = rules.extract(regions.forms)
    result = result_of(read)
    whole = {(u.page, u.id): len(u.text) for u in read.units()}
    label = [p for f in regions.forms for p in f.title] + [p for a in answers for p in a.labels]
    values = [s.place for r in result.records for spans in r.evidence.values() for s in spans]
    found = {
        "label": label,
        "value": values,
        "null": [p for a in answers for p in a.nulls],
        "furniture": [f.place for f in result.furniture],
        "residue": [x.place for r in result.records for x in r.residue],
        "outside": [Place(u.page, u.unit, 0, whole[u.page, u.unit]) for u in result.unclaimed],
    }
    own = printed(read)
    return {name: own & set(characters(places)) for name, places in found.items()}


LINES = [*project_form().splitlines(), *evaluation_form().splitlines()]
NOISE = st.sampled_from(
    [
        "上桥 3.20 15.00",
        "本县共有三条河道。",
        "第3页",
        "5",
        "",
        "\f",
        "-",
        "满意",
        "度指",
        "标",
        "产出指标",
        "其他资金：",
        "项目名称\t\t甲\t乙",
        "≥5",
        "(2031年度)",
        "一、概况",
        "1.00\t2.00\t3.00",
    ]
)
TABLED = st.lists(st.sampled_from(LINES) | NOISE | st.text("甲乙1２.%-≥:：（)\t 　", max_size=12), max_size=30)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A form with rows lost, doubled, moved and words put between; with tabs or without."""
    text = draw(st.sampled_from([project_form(), evaluation_form(), project_form() + evaluation_form()]))
    rows = text.splitlines()
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(rows) - 1))
        what = draw(st.sampled_from(["drop", "double", "swap", "noise"]))
        if what == "drop" and len(rows) > 1:
            del rows[at]
        elif what == "double":
            rows.insert(at, rows[at])
        elif what == "swap":
            rows[at], rows[0] = rows[0], rows[at]
        else:
            rows.insert(at, draw(NOISE))
    gap = draw(st.sampled_from(["\t", " ", "  ", "\n"]))
    return "\n".join(rows).replace("\t", gap)


def account_for(read: Document) -> None:
    found = classes(read)
    assume(not any(f.kind == "two_readings" for r in result_of(read).records for f in r.findings))
    names = {(u.page, u.id): u.text for u in read.units()}
    lost = printed(read) - set().union(*found.values())
    assert not lost, f"in no class: {sorted({names[p, u] for p, u, _ in lost})}"
    for name in ("residue", "outside", "furniture", "null"):
        others = set().union(*(own for other, own in found.items() if other != name))
        twice = found[name] & others
        assert not twice, f"{name} and more: {sorted({names[p, u] for p, u, _ in twice})}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_each_character_of_a_damaged_form_has_one_class(text: str) -> None:
    account_for(document(readable(text)))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TABLED.map("\n".join))
def test_each_character_of_any_text_has_one_class(text: str) -> None:
    account_for(document(readable(text)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_a_character_is_evidence_of_one_value_or_a_finding_says_so(text: str) -> None:
    for record in result_of(readable(text)).records:
        if record.schema == "table":
            continue
        spec = schemas.load(record.schema)
        owners: dict[Character, set[str]] = {}
        for path, spans in record.evidence.items():
            field = spec.field(path)
            if field is not None and not field.printed.spans:
                for character in characters(s.place for s in spans):
                    owners.setdefault(character, set()).add(path)
        shared = set().union(*(paths for paths in owners.values() if len(paths) > 1))
        assert shared <= {f.path for f in record.findings if f.kind == "shared_evidence"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_every_value_has_evidence_that_reads_like_it(text: str) -> None:
    read = document(readable(text))
    units = {(u.page, u.id): u.text for u in read.units()}
    for record in result_of(read).records:
        for spans in record.evidence.values():
            assert spans
            for span in spans:
                place = span.place
                assert units[place.page, place.unit][place.start : place.end] == span.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_residue_is_never_without_a_finding(text: str) -> None:
    for record in result_of(readable(text)).records:
        assert not record.residue or any(f.kind in ("residue", "column_unknown") for f in record.findings)


@pytest.mark.parametrize("text", [project_form(rows=()), f"{PROJECT_TITLE}\n{INDICATOR_HEADER}\n"])
def test_a_header_without_rows_is_no_error(text: str) -> None:
    assert result_of(text).records[0].values["indicators"] == []


TEXT = "项目名称 河湖巡护经费\n主管部门 云桥县水务局\n实施单位 云桥县河道所\n"


def grounded(*candidates: Candidate, form: Form | None = None, nulls: tuple[Place, ...] = ()) -> Grounded:
    return ground(form or form_of(TEXT), Answer(tuple(candidates), nulls=nulls))


def candidate(path: str, text: str, *places: tuple[int, str, int, int]) -> Candidate:
    return Candidate(path, text, tuple(Place(*p) for p in places))


NAME = candidate("project_name", "河湖巡护经费", (1, "L1", 5, 11))
BODY = candidate("supervising_department", "云桥县水务局", (1, "L2", 5, 11))
UNIT = candidate("implementing_unit", "云桥县河道所", (1, "L3", 5, 11))


def kinds(of: Grounded) -> list[tuple[str, str]]:
    return sorted((f.kind, f.path) for f in of.findings)


def test_a_form_whose_print_is_all_claimed_has_no_finding() -> None:
    done = grounded(NAME, BODY, UNIT)
    assert (done.findings, done.residue) == ((), ())
    (span,) = done.evidence["project_name"]
    assert (span.text, span.match) == ("河湖巡护经费", "exact")


def test_a_dropped_value_is_residue_and_a_finding_on_its_neighbours_and_on_what_has_no_value_between() -> None:
    done = grounded(NAME, UNIT)
    assert [r.text for r in done.residue] == ["云桥县水务局"]
    named = [path for kind, path in kinds(done) if kind == "residue"]
    assert named == sorted(
        ["project_name", "project_category", "project_nature", "supervising_department", "implementing_unit"]
    )


def test_residue_right_behind_a_label_without_a_value_is_a_finding_on_its_field() -> None:
    label = grid(["主管部门", "民政局"], ["实施单位", "救助站"], ["项目名称", ""])
    overleaf = grid(["水库修缮", "", ""], ["评分等级", "", "优"], page=2)
    form = form_of(paged([label], [overleaf]), EVALUATION)
    given = [("supervising_department", 0, "民政局"), ("implementing_unit", 1, "救助站")]
    values = tuple(Candidate(path, text, (Place(1, f"T1R{row}C1", 0, 3),)) for path, row, text in given)
    found = {f.path for f in ground(form, Answer(values)).findings if "水库修缮" in f.message}
    assert "project_name" in found


def test_residue_in_a_table_is_a_finding_on_what_stands_above_and_below_it_too() -> None:
    """The budget stands in columns beside the tasks: the row before and behind is one of tasks."""
    rows = [
        ["任务1", "巡护", "财政拨款", "7.00"],
        ["任务2", "清淤", "基本支出 C E", "5.00"],
        ["任务3", "绿化", "项目支出", "2.00"],
    ]
    form = form_of(paged([grid(*rows)]), DEPARTMENT)
    given = [(f"key_tasks[{n}].name", row[0], (1, f"T1R{n}C0", 0, 3)) for n, row in enumerate(rows)]
    given += [(f"key_tasks[{n}].content", row[1], (1, f"T1R{n}C1", 0, 2)) for n, row in enumerate(rows)]
    given += [("budget.fiscal", "7.00", (1, "T1R0C3", 0, 4)), ("budget.project", "2.00", (1, "T1R2C3", 0, 4))]
    done = ground(form, Answer(tuple(candidate(*one) for one in given), labels=(Place(1, "T1R0C2", 0, 4),)))
    assert ("residue", "budget") in kinds(done) and ("residue", "key_tasks") in kinds(done)


def test_half_a_value_leaves_the_other_half_as_residue() -> None:
    done = grounded(candidate("project_name", "河湖", (1, "L1", 5, 7)), BODY, UNIT)
    assert [(r.text, r.place.start) for r in done.residue] == [("巡护经费", 7)]


@pytest.mark.parametrize(
    "place", [(1, "L9", 0, 3), (1, "L1", 5, 99), (2, "L1", 0, 3), (1, "L1", 7, 7), (1, "L1", -2, 3)]
)
def test_an_invented_value_has_no_evidence(place: tuple[int, str, int, int]) -> None:
    done = grounded(candidate("project_nature", "经常性项目", place), NAME, BODY, UNIT)
    assert ("no_evidence", "project_nature") in kinds(done)
    assert done.evidence["project_nature"] == ()


def test_a_value_that_reads_otherwise_than_its_evidence_is_a_finding() -> None:
    done = grounded(candidate("project_name", "湖泊巡护经费", (1, "L1", 5, 11)), BODY, UNIT)
    assert kinds(done) == [("evidence_differs", "project_name")]
    assert done.evidence["project_name"][0].match == "fuzzy"


def test_width_and_white_space_are_no_difference() -> None:
    form = form_of("项目名称 河湖（一期） 经费\n")
    done = grounded(candidate("project_name", "河湖(一期)经费", (1, "L1", 5, 14)), form=form)
    assert kinds(done) == []
    assert done.evidence["project_name"][0].match == "folded"


def test_one_character_cannot_stand_for_two_values() -> None:
    twice = candidate("project_category", "河湖巡护经费", (1, "L1", 5, 11))
    assert kinds(grounded(NAME, twice, BODY, UNIT)) == [
        ("shared_evidence", "project_category"),
        ("shared_evidence", "project_name"),
    ]


ROWS = "\n".join([INDICATOR_HEADER, *INDICATOR_ROWS[:2]])


def spanning(*paths: str) -> Grounded:
    texts = [
        ("indicators[0].level1", "产出指标", (1, "T1R1C1", 0, 4)),
        ("indicators[0].level2", "数量指标", (1, "T1R1C2", 0, 4)),
    ]
    texts += [(path, "数量指标", (1, "T1R1C2", 0, 4)) for path in paths]
    return grounded(*(candidate(path, text, place) for path, text, place in texts), form=form_of(ROWS))


def test_a_spanning_label_may_stand_for_several_rows() -> None:
    assert "shared_evidence" not in {f.kind for f in spanning("indicators[1].level2").findings}


@pytest.mark.parametrize("path", ["indicators[1].level1", "indicators[0].level3"])
def test_a_spanning_label_stands_for_its_own_field_only(path: str) -> None:
    assert "shared_evidence" in {f.kind for f in spanning(path).findings}


def test_an_unclear_scan_is_a_finding() -> None:
    words = (
        Word(0, "项目名称", Box(0, 0, 40, 10), 0.99),
        Word(5, "河湖", Box(50, 0, 70, 10), 0.41),
        Word(7, "巡护", Box(70, 0, 90, 10), 0.97),
    )
    form = form_of(paged([Line(1, 1, "项目名称 河湖巡护", words=words)]))
    done = grounded(candidate("project_name", "河湖巡护", (1, "L1", 5, 9)), form=form)
    assert kinds(done) == [("low_confidence", "project_name")]
    (span,) = done.evidence["project_name"]
    assert (span.confidence, span.box) == (0.41, Box(50, 0, 90, 10))


def test_a_null_mark_is_no_residue() -> None:
    form = form_of("项目名称 -\n")
    assert grounded(form=form).residue != ()
    assert grounded(form=form, nulls=(Place(1, "L1", 5, 6),)).residue == ()


def test_labels_are_found_for_an_engine_that_names_none() -> None:
    assert [r.text for r in grounded().residue] == ["河湖巡护经费", "云桥县水务局", "云桥县河道所"]


def goal(spec: SchemaSpec, *texts: str) -> list[Finding]:
    """The findings where the lines of a text are all read as the expected goal."""
    form = form_of("\n".join(texts) + "\n", spec)
    places = [(row.page, row.units[0].id, 0, len(row.units[0].text)) for row in form.rows]
    return list(grounded(candidate("expected_goal", "".join(texts), *places), form=form).findings)


def test_a_text_that_swallowed_a_row_is_a_finding() -> None:
    assert goal(EVALUATION, "全年巡护河道三十公里，", "巡护 30 次。") == []
    assert [f.kind for f in goal(EVALUATION, "全年巡护河道。", "巡护河段 ≥30.00(公里) 31.00 20.00")] == ["row_in_text"]


@pytest.mark.parametrize("line", ["实际完成情况", "主管部门 云桥县水务局", "评分等级 优"])
def test_a_text_that_swallowed_a_label_is_a_finding(line: str) -> None:
    assert goal(EVALUATION, "全年巡护河道。", line) != []


def test_prose_behind_a_form_is_not_its_residue() -> None:
    text = TEXT + "\n\n\n二、其他说明。\n本县共有三条河道。\n"
    done = grounded(NAME, BODY, UNIT, form=form_of(text))
    assert done.residue == ()
    assert [row.units[0].text for row in done.unclaimed] == ["二、其他说明。", "本县共有三条河道。"]


def test_a_note_above_the_names_of_those_who_signed_is_not_residue_of_the_form() -> None:
    signed = "填报人：陆青   联系电话：61234567"
    done = result_of(f"{evaluation_form()}注：¹含以前年度结转。\n{signed}\n")
    assert done.settled


@pytest.mark.parametrize("line", ["绿化面积 ≥3.20(亩)", "绿化面积  ≥3.20(亩)", "巡护次数 30.00 20.00"])
def test_a_row_that_lost_its_tabs_behind_a_table_is_not_dropped_in_silence(line: str) -> None:
    assert not result_of(project_form() + line + "\n").settled


def test_of_two_readings_the_one_that_is_the_value_is_the_evidence() -> None:
    form = form_of("项目名称 甲渠清淤\n项目名称 乙渠清淤\n")
    readings = [candidate("project_name", t, (1, line, 5, 9)) for t, line in (("甲渠清淤", "L1"), ("乙渠清淤", "L2"))]
    done = grounded(*readings, form=form)
    assert [s.text for s in done.evidence["project_name"]] == ["甲渠清淤"]
    assert [r.text for r in done.residue] == ["乙渠清淤"]


@pytest.mark.parametrize(
    ("path", "holds"), [("indicators[3].target", "indicators"), ("funding.total.score", "funding"), ("year", "year")]
)
def test_what_holds_a_value(path: str, holds: str) -> None:
    assert container(path) == holds


def test_the_classes_of_a_whole_form() -> None:
    found = classes(document("概况说明。\n" + project_form()))
    sizes = Counter({name: len(own) for name, own in found.items()})
    assert sizes["residue"] == sizes["null"] == sizes["furniture"] == 0
    assert sizes["outside"] == 5
    assert PROJECT.titles[0][0] == "财"
    assert sizes["value"] > 100
