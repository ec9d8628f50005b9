"""Documents before they are printed: the same from the same seed, gold that is valid, cells that hold all of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.scoring.gold import load
from eval.studies.producers.design import BORDERS, RULED
from eval.studies.producers.legibility import plain, printed_texts, stands, strings
from eval.studies.producers.page_cuts import breaks, cut
from eval.studies.producers.printed import Printed, print_out
from eval.studies.producers.raised import Run, circled, flat, raise_, runs
from eval.studies.producers.row_heights import row_heights
from eval.synth.sheet import Table, slots

MANY = [print_out("made", 7, index, BORDERS) for index in range(120)]


def tables(printed: Printed) -> list[Table]:
    return [block for form in printed.forms for block in form if isinstance(block, Table)]


def test_a_seed_gives_the_same_document_again() -> None:
    assert [print_out("made", 7, index, BORDERS) for index in range(5)] == MANY[:5]
    assert print_out("made", 8, 0, BORDERS).gold != MANY[0].gold


def test_the_grammar_is_drawn_from_widely() -> None:
    assert {printed.design.border for printed in MANY} == set(BORDERS)
    assert {printed.design.page for printed in MANY} == {"A3", "A4", "A5", "B5", "Letter"}
    assert {form["form_type"] for printed in MANY for form in printed.gold["forms"]} == {
        "project_target",
        "self_evaluation",
        "department_target",
        "table",
    }
    named = {feature.partition(":")[0] for printed in MANY for feature in printed.features}
    assert {"labels_above", "vertical", "space", "note_mark", "currency", "apart", "square_metres"} <= named


def test_gold_is_valid(tmp_path: Path) -> None:
    for i, printed in enumerate(MANY):
        path = tmp_path / f"{i}.gold.json"
        path.write_text(json.dumps(printed.gold, ensure_ascii=False), encoding="utf-8")
        assert len(load(path).forms) == len(printed.forms)


@pytest.mark.parametrize("printed", MANY[:60], ids=lambda printed: printed.design.border)
def test_every_value_of_the_gold_is_in_a_cell(printed: Printed) -> None:
    text = plain("".join(printed_texts(printed)))
    assert [string for string in strings(printed.gold) if not stands(string, text, 1)] == []


def test_a_value_that_no_cell_holds_is_noticed() -> None:
    assert not stands("水位站校准", plain("堤防巡查"), 3)
    assert stands("水位站校准", plain("水位站 第1页 校准"), 3)
    assert not stands("水位站校准", plain("水位站 第1页 校准"), 1)


def test_cut_tables_hold_every_text_once() -> None:
    for printed in MANY[:40]:
        for table in tables(printed):
            heights = row_heights(table, printed.design, printed.design.inner_width)
            at = breaks(heights, 150, 200)
            for keep in ("first", "middle", "last"):
                parts = cut(table, at, keep)
                assert len(parts) == len(at) + 1
                assert sum(len(part.rows) for part in parts) == len(table.rows)
                texts = sorted(slot.cell.text for part in parts for slot in slots(part) if slot.cell.text)
                assert texts == sorted(slot.cell.text for slot in slots(table) if slot.cell.text)


def test_a_label_without_lines_around_it_stays_above_its_rows() -> None:
    unlined = [printed.design for printed in MANY if printed.design.border not in RULED]
    assert {design.cut_label for design in unlined} == {"first"}
    assert {design.valign for design in unlined} == {"top"}


def test_pages_end_where_there_is_no_room() -> None:
    assert breaks([10, 10, 10], 25, 100) == [2]
    assert breaks([30, 10], 20, 100) == [0]
    assert breaks([300, 10, 10], 100, 100) == [1]


def test_a_merged_cell_makes_its_rows_higher() -> None:
    printed = MANY[0]
    table = tables(printed)[0]
    row = next(slot for slot in slots(table) if slot.cell.row_span > 1)
    taller = tuple(
        tuple(replace(cell, text="长" * 400) if cell is row.cell else cell for cell in cells) for cells in table.rows
    )
    before, after = (sum(row_heights(Table(table.widths, rows), printed.design, 400)) for rows in (table.rows, taller))
    assert after > before + 100


def test_raised_characters_are_runs_of_their_own() -> None:
    text = f"年度资金总额：{raise_('1')}元"
    assert runs(text) == [Run("年度资金总额：", False), Run("1", True), Run("元", False)]
    assert flat(text) == "年度资金总额：1元"
    assert circled(text) == "年度资金总额：①元"
    assert runs("无") == [Run("无", False)]
