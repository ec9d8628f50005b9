"""Forms are counted by more than their beginnings: a title in a cell, a key that stands twice."""

from __future__ import annotations

from dataclasses import replace

import schemas
from extractor.accounting.form_count import forms_joined, forms_missed, keys_in_doubt, keys_left
from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Block, Cell, Document, Grid, Line, Page
from extractor.document.results import Place, Record, Residue, finding
from extractor.forms.regions import cut
from tests.accounting.proof.test_value_ends import form_of, paths, value

SPEC = schemas.load("self_evaluation")
TITLE = "财政项目支出绩效自评表"


def missed(*texts: str) -> list[str]:
    cells = tuple(Cell(1, 1, n, 0, text) for n, text in enumerate(texts))
    named = Grid(1, 1, (Cell(1, 1, 0, 0, "项目名称"), Cell(1, 1, 0, 1, "水库")))
    blocks: tuple[Block, ...] = (Line(1, 1, TITLE), named, Grid(1, 2, cells))
    document = Document("d.txt", "0" * 64, (Page(1, blocks),))
    return [f.kind for f in forms_missed(document, cut(document, [SPEC]).forms, [SPEC])]


def test_a_title_among_other_lines_of_a_cell_may_be_a_form() -> None:
    assert missed(f"{TITLE}\n(2031年度)\n项目名称") == ["form_missed"]


def test_a_cell_that_only_mentions_a_title_is_none() -> None:
    assert missed(f"见附件{TITLE}所列各项") == []


def test_a_key_with_two_values_may_be_two_forms() -> None:
    name = value("project_name", (2, 5, 9), text="水库修缮")
    assert "" in paths(form_of("主管部门 水利局", "项目名称 桥梁检修"), name)
    assert paths(form_of("主管部门 水利局", "项目名称 水库修缮"), name) == set()


def test_two_labels_that_stand_once_a_form_and_stand_again_may_be_two_forms() -> None:
    one = ["主管部门 水利局", "实施单位 水库所"]
    assert joined(*one) == joined(*one, "主管部门 民政局") == joined(*one, *one) == []
    assert joined(*one, "主管部门 民政局", "实施单位 救助站") == ["form_missed"]
    assert joined(*one, "项目名称 桥梁检修") == ["form_missed"]


def joined(*lines: str) -> list[str]:
    form = form_of(*lines)
    found: list[str] = [f.kind for f in forms_joined([form])]
    assert ("" in paths(form)) == bool(found)  # the record is in doubt with its document
    return found


def test_a_form_whose_key_is_in_doubt_may_be_another() -> None:
    document = Document("d.txt", "0" * 64, (Page(1, (Line(1, 1, TITLE), Line(1, 2, "项目名称 水库"))),))
    forms = cut(document, [SPEC]).forms
    record = Record("d.txt", "0" * 64, 0, SPEC.name, {"project_name": "水库"}, {}, (), (), "rules")
    assert keys_in_doubt(forms, [record]) == ()
    doubt = finding(FindingKind.UNPROVEN, "project_name", "why")
    other = finding(FindingKind.UNPROVEN, "rating", "why")
    assert [f.kind for f in keys_in_doubt(forms, [replace(record, findings=(doubt,))])] == ["form_unclear"]
    assert keys_in_doubt(forms, [replace(record, findings=(other,))]) == ()
    assert len(keys_in_doubt(forms, [replace(record, values={"project_name": None})])) == 1


def test_a_label_that_another_form_is_known_by_left_unread_may_be_a_form_that_is_missing() -> None:
    department = schemas.load("department_target")
    record = Record("d.txt", "0" * 64, 2, SPEC.name, {}, {}, (), (), "rules")
    left = [Residue(Place(1, "L9", 0, len(text)), text) for text in ("部门名称：", "云桥县水务局")]
    (found,) = keys_left([replace(record, residue=tuple(left))], [SPEC, department])
    assert (found.kind, found.path) == ("form_missed", "") and "department_target" in found.message
    assert keys_left([replace(record, residue=tuple(left[1:]))], [SPEC, department]) == ()
    assert keys_left([replace(record, schema=department.name, residue=tuple(left))], [SPEC, department]) == ()
