from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from extractor.document.layout import Cell, Line
from extractor.document.results import Row
from extractor.engines.llm.answer_places import locate, spans_of
from extractor.engines.llm.answer_schema import answer_model, leaves, merge, problems, salvage
from extractor.engines.llm.printed_characters import Sheet
from schemas.fields import Form, Part, printed
from schemas.spec import SchemaSpec, spec_of
from schemas.values import Amount, fold


class Item(Part):
    group: str | None = printed(column="Group", spans=True)
    name: str | None = printed(column="Name", key=True)
    target: str | None = printed(column="Target")


class Money(Part):
    plan: Amount | None = printed(column="Plan")
    spent: Amount | None = printed(column="Spent")


class Report(Form):
    titles: ClassVar[tuple[str, ...]] = ("Report",)
    name: str | None = printed("Name of the thing")
    money: Money | None = printed("Money")
    goal: str | None = printed("Goal", long=True)
    notes: list[str] = printed("Notes", many=True)
    items: list[Item] = printed("Items", many=True)


SCHEMA: SchemaSpec = spec_of(Report, "report")


def lines(*texts: str) -> list[Row]:
    return [Row(1, (Line(1, n, text),), number=n) for n, text in enumerate(texts, 1)]


def read(**values: Any) -> dict[str, str]:
    model = answer_model(SCHEMA).model_validate(values, strict=True)
    return {leaf.path: leaf.text for leaf in leaves(SCHEMA, model.model_dump())}


def test_the_schema_says_no_more_than_it_must() -> None:
    schema = answer_model(SCHEMA).model_json_schema()
    row = {"type": "array", "items": {"type": "string"}, "minItems": 4, "maxItems": 4}
    assert schema["properties"]["items"] == {"type": "array", "items": row}
    assert schema["properties"]["name"] == {"type": "string"}
    assert schema["properties"]["money"]["maxItems"] == 3
    assert "$defs" not in schema


def test_values_rows_and_what_spans() -> None:
    # a label that the source has lost ("-") is what the nearest label above says
    got = read(
        name="[1] a",
        money=["2", "1.00", ""],
        notes=["[3] x", "[4] y"],
        items=[["5", "G", "n1", "t1"], ["6", "", "n2", ""], ["7", "-", "n3", "t3"], ["8", "", "n4", "t4"]],
    )
    assert got == {
        "name": "[1] a",
        "money.plan": "1.00",
        "notes[0]": "[3] x",
        "notes[1]": "[4] y",
        "items[0].group": "G",
        "items[0].name": "n1",
        "items[0].target": "t1",
        "items[1].group": "G",
        "items[1].name": "n2",
        "items[2].group": "G",
        "items[2].name": "n3",
        "items[2].target": "t3",
        "items[3].group": "G",
        "items[3].name": "n4",
        "items[3].target": "t4",
    }


@pytest.mark.parametrize("mark", ["-", "/", "——", " － ", "□"])
def test_a_null_mark_that_was_copied_is_no_value(mark: str) -> None:
    got = read(name=mark, notes=[mark, "y"], money=["2", "1.00", mark], items=[["5", "G", "n1", mark]])
    assert got == {"notes[1]": "y", "money.plan": "1.00", "items[0].group": "G", "items[0].name": "n1"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": 3}, "name: Input should be a valid string"),
        ({"nome": "x"}, "nome: Extra inputs are not permitted"),
        ({"items": [["5", "G", "n"]]}, "items.0: Value error, this row has 3 items, it must have 4"),
        ({"money": ["5", "1", "2", "3"]}, "money: Value error, this row has 4 items, it must have 3"),
    ],
)
def test_what_is_no_answer_is_said_in_words_without_addresses(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        answer_model(SCHEMA).model_validate(values, strict=True)
    assert problems(caught.value) == [words]


def test_the_valid_part_of_an_answer_is_saved() -> None:
    saved = salvage(
        answer_model(SCHEMA),
        '{"name": "ok", "odd": 1, "money": ["1", 3, "4"],'
        ' "items": [["1", "g", "n", "t"], ["2", "g"], ["3", "g", "m", "t"]]}',
    )
    assert saved is not None
    assert saved.values == {"name": "ok", "items": [["1", "g", "n", "t"], ["3", "g", "m", "t"]]}
    assert set(saved.dropped) == {"odd", "money.1", "items.1"}


def test_rows_ten_and_on_survive_a_fault_in_row_nine() -> None:
    rows: list[list[str | None]] = [[f"{n}", "g", f"row {n}", "1"] for n in range(12)]
    faulty: list[Any] = [*rows[:9], ["9", 9, 9, "1"], ["10"], rows[11]]
    saved = salvage(answer_model(SCHEMA), json.dumps({"items": faulty}))
    assert saved is not None
    assert saved.values["items"] == [*rows[:9], rows[11]]
    assert set(saved.dropped) == {"items.9.1", "items.9.2", "items.10"}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"name": ' + "[" * 100_000 + "]" * 100_000 + "}"])
def test_an_answer_of_a_hundred_thousand_brackets_has_nothing_to_save(text: str) -> None:
    assert salvage(answer_model(SCHEMA), text) is None


@pytest.mark.parametrize("text", ["", "no", "[1]", '{"name": ', "3"])
def test_what_is_no_object_cannot_be_saved(text: str) -> None:
    assert salvage(answer_model(SCHEMA), text) is None


def test_a_correction_replaces_adds_and_deletes() -> None:
    values = {"name": "a", "items": [["5", "G", "n1", "t1"], ["7", "", "n2", "t2"], ["9", "H", "n3", "t3"]]}
    change = {"name": "b", "items": [["6", "", "new", "t"], ["[7]", "", "n2", "better"], ["9", "", "", ""]]}
    merged = merge(SCHEMA, values, change)
    assert merged["name"] == "b"
    assert merged["items"] == [
        ["5", "G", "n1", "t1"],
        ["6", "G", "new", "t"],
        ["[7]", "G", "n2", "better"],
    ]


def test_deleting_the_first_row_of_a_group_keeps_the_group_of_the_next() -> None:
    values = {"items": [["5", "G", "n1", "t1"], ["7", "", "n2", "t2"]]}
    merged = merge(SCHEMA, values, {"items": [["5", "", "", ""]]})
    assert merged["items"] == [["7", "G", "n2", "t2"]]


# --- where values stand


def cut(text: str, *printed: str) -> list[tuple[str, str]]:
    """The spans of an answer about these lines: of each the text of the rows that it names, and its words."""
    sheet = Sheet(lines(*printed))
    return [("" if s.rows is None else sheet.text[slice(*s.rows)], s.words) for s in spans_of(sheet, text)]


def test_spans_of_an_answer() -> None:
    assert cut("[1-2] a … b[3] c", "x", "y", "z") == [("xy", "a … b"), ("z", "c")]
    assert cut("[3][1 - 2]", "x", "y", "z") == [("z", ""), ("xy", "")]
    assert cut("plain", "x") == [("", "plain")]


@pytest.mark.parametrize("text", ["[2023]12号", "某发[2]号", "[9] x", "[2-9] x", "[2-1] x", f"[{'9' * 5000}]"])
def test_what_names_no_row_or_does_not_begin_with_one_is_text(text: str) -> None:
    assert cut(text, "x", "y", "z") == [("", text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("[1] 某发[2]号", "某发[2]号"), ("[1] [2] 甲、乙", "[2] 甲、乙"), ("[1] 见注[2]", "见注[2]")],
)
def test_a_number_in_brackets_that_is_printed_so_is_text(text: str, words: str) -> None:
    assert cut(text, f"文号 {words}", "尾") == [(fold(f"文号{words}"), words)]


def test_a_number_in_brackets_that_is_printed_in_front_is_text_too() -> None:
    assert found(lines("标题", "[1] 甲、乙"), "[1] 甲、乙") == ("found", "[1] 甲、乙", [("L2", 0, 7)])


def found(rows: list[Row], text: str, at: str = "", **more: Any) -> tuple[str, str, list[tuple[str, int, int]]]:
    out = locate(Sheet(rows), text, at, **more)
    return out.how, out.text, [(p.unit, p.start, p.end) for p in out.places]


def test_a_value_is_found_in_its_line_and_not_in_its_twin() -> None:
    assert found(lines("a 5.00", "b 5.00"), "[2] 5.00") == ("found", "5.00", [("L2", 2, 6)])


def test_the_text_is_the_sources_not_the_models() -> None:
    assert found(lines("名称　（一）Ａ"), "[1] (一)A") == ("found", "（一）Ａ", [("L1", 3, 7)])


def test_a_wrapped_value_has_a_place_in_each_line() -> None:
    assert found(lines("x 20000.00(人", "次)"), "[1-2] 20000.00(人次)")[2] == [("L1", 2, 12), ("L2", 0, 2)]


def test_a_value_strewn_between_other_columns_is_put_together() -> None:
    units = lines("名称甲 建立相对稳 10.00", "的下半 定联系 5.00")
    assert found(units, "建立相对稳定联系", "1-2") == ("found", "建立相对稳定联系", [("L1", 4, 9), ("L2", 4, 7)])


def test_a_character_is_evidence_once() -> None:
    sheet = Sheet(lines("3.20 3.20"))
    places = [locate(sheet, "[1] 3.20").places for _ in range(3)]
    assert [len(p) for p in places] == [1, 1, 0]
    assert places[0][0].start == 0
    assert places[1][0].start == 5


def test_a_spanning_label_is_evidence_as_often_as_it_is_needed() -> None:
    sheet = Sheet(lines("满意", "度指", "标", "row 1", "row 2"))
    for at in ("4", "5"):
        label = locate(sheet, "满意度指标", at, field=1)
        assert [p.unit for p in label.places] == ["L1", "L2", "L3"]


def test_words_that_stand_by_themselves_go_before_words_inside_others() -> None:
    assert found(lines("满意度指标 满意 5"), "满意", "1")[2] == [("L1", 6, 8)]


def test_a_long_text_by_reference() -> None:
    units = lines("目标", "第一行文字", "第二行 右栏文字", "尾")
    assert found(units, "[2-3]")[1] == "第一行文字第二行 右栏文字"
    assert found(units, "[2][3] 第二行")[1] == "第一行文字第二行"
    assert found(units, "[2-4] 第一…右栏")[1] == "第一行文字第二行 右栏"


def test_a_part_of_a_cell_by_its_first_and_last_words() -> None:
    cell = Cell(1, 1, 0, 0, "1、做一件事情。\n2、做另一件事情。\n3、完。")
    how, text, places = found([Row(1, (cell,), 1, number=4)], "[4] 2、做…事情。", long=True)
    assert (how, text) == ("found", "2、做另一件事情。")
    assert places == [("T1R0C0", 9, 18)]


def test_an_invented_value_stands_nowhere() -> None:
    assert found(lines("a 5.00"), "[1] 7.00") == ("nowhere", "7.00", [])


@pytest.mark.parametrize("words", ["5.0", "5", "00", "15.", "1500", "5.00"])
def test_a_part_of_a_number_is_not_that_number(words: str) -> None:
    assert found(lines("a 15.00 b"), f"[1] {words}")[0] == "nowhere"


def test_a_value_far_from_where_the_answer_says_is_in_doubt() -> None:
    units = lines("first", *(f"line {n}" for n in range(40)), "last 7.77")
    assert found(units, "[1] 7.77")[0] == "elsewhere"
    assert found(units, "7.77")[0] == "found"


def test_a_row_that_is_not_there_does_not_hide_a_value_of_a_list() -> None:
    assert found(lines("a 5.00"), "5.00", "99") == ("found", "5.00", [("L1", 2, 6)])
    assert found(lines("a 5.00"), "[99] 5.00")[0] == "nowhere"
    assert found(lines("a 5.00"), "[99]")[0] == "nowhere"


def test_a_text_that_differs_a_little_is_near() -> None:
    how, text, places = found(lines("完成全部二十四项工作并通过验收"), "[1] 完成全部二十五项工作并通过验收")
    assert how == "near"
    assert text == "完成全部二十五项工作并通过验收"
    assert places


def test_rows_of_cells_are_addressed_as_wholes() -> None:
    rows = [Row(1, tuple(Cell(1, 1, r, c, f"{r}{c}") for c in range(3)), 1, number=r + 1) for r in range(2)]
    assert found(rows, "12", "2")[2] == [("T1R1C2", 0, 2)]
    assert found(rows, "[1]")[2] == [("T1R0C0", 0, 2), ("T1R0C1", 0, 2), ("T1R0C2", 0, 2)]


_ELIDED = re.compile(r"\.{3}|…")
TEXT = st.text(st.sampled_from("甲乙丙丁 12.，(（Ａa\n"), min_size=1, max_size=30)


@given(st.lists(TEXT, min_size=1, max_size=6), st.data())
def test_whatever_is_copied_from_a_line_is_found_there_to_the_letter(texts: list[str], data: st.DataObject) -> None:
    units = lines(*texts)
    number = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(texts[number]) - 1))
    end = data.draw(st.integers(start + 1, len(texts[number])))
    words = texts[number][start:end]
    out = locate(Sheet(units), f"[{number + 1}] {words}")
    before, after = texts[number][:start], texts[number][end:]
    whole = not (re.search(r"\d[.,，]?$", before) and words[0].isdigit())
    whole = whole and not (re.match(r"[.,，]?\d", after) and words[-1] in "12.,，")
    if fold(words) and words == words.strip() and whole and not _ELIDED.search(words):
        assert out.how == "found"
        assert fold("".join(texts[int(p.unit[1:]) - 1][p.start : p.end] for p in out.places)) == fold(words)
        assert {p.unit for p in out.places} == {f"L{number + 1}"}


@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(st.tuples(st.integers(1, 4), TEXT), max_size=8))
@example([" "], [(1, "1")])
def test_no_character_is_given_away_twice(texts: list[str], asked: list[tuple[int, str]]) -> None:
    sheet = Sheet(lines(*texts))
    seen: set[tuple[str, int]] = set()
    for number, words in asked:
        for place in locate(sheet, f"[{number}] {words}").places:
            own = {
                (place.unit, i)
                for i in range(place.start, place.end)
                if not texts[int(place.unit[1:]) - 1][i].isspace()
            }
            assert not own & seen
            seen |= own
