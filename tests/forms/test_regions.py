"""Titles cut a document into forms; what repeats a title, lists it or only speaks of it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from extractor.document.layout import Document, Page
from extractor.document.results import Form
from extractor.forms.regions import cut, rows_of
from tests.form_cases import (
    DEPARTMENT_TITLE,
    EVALUATION_TITLE,
    INDICATOR_HEADER,
    INDICATOR_ROWS,
    PROJECT,
    PROJECT_TITLE,
    document,
    evaluation_form,
    forms_of,
    grid,
    lines,
    paged,
    project_form,
    project_head,
    result_of,
)


def names(what: str | Document) -> list[str]:
    return [form.schema.name for form in forms_of(what)]


def body(form: Form) -> str:
    return "\n".join(u.text for row in form.rows for u in row.units)


def outside(text: str) -> list[str]:
    return [u.text for row in cut(document(text), schemas.builtin()).outside for u in row.units if u.text]


def test_each_title_starts_a_form_of_its_schema() -> None:
    text = project_form("甲渠清淤") + "\n" + evaluation_form("乙渠清淤") + "\n" + project_form("丙渠清淤")
    assert names(text) == ["project_target", "self_evaluation", "project_target"]
    assert [form.index for form in forms_of(text)] == [0, 1, 2]


def test_a_form_holds_what_stands_between_its_title_and_the_next() -> None:
    first, second = forms_of(project_form("甲渠清淤") + project_form("乙渠清淤"))
    assert "甲渠清淤" in body(first)
    assert "乙渠清淤" not in body(first)
    assert PROJECT_TITLE not in body(first)
    assert "乙渠清淤" in body(second)


@pytest.mark.parametrize(
    "title",
    [
        "财政项目支出绩效目标申报表",
        "财政 项目 支出 绩效 目标 申报表",
        "附表3：财政项目支出绩效目标申报表",
        "《财政项目支出绩效目标申报表》",
        "财政项目支出绩效目标申报表（2031年度）",
        "云桥县水务局财政项目支出绩效目标申报表",
        "财政项目支出绩效目标\n申报表",
    ],
)
def test_a_title_is_known_in_its_usual_dress(title: str) -> None:
    assert names(project_form().replace(PROJECT_TITLE, title)) == ["project_target"]


@pytest.mark.parametrize(
    "line",
    [
        "各单位应当填报财政项目支出绩效目标申报表，并于年底前报送。",
        "1. 财政项目支出绩效目标申报表 .......... 7",
        "财政项目支出绩效目标申报表 …… 12",
        "财政项目支出绩效目标申报表填报说明",
    ],
)
def test_a_line_that_speaks_of_a_title_starts_no_form(line: str) -> None:
    assert names(f"{line}\n其他内容。\n") == []


def test_a_table_of_contents_starts_no_forms() -> None:
    contents = [f"{n}. {PROJECT_TITLE}……{n + 2}" for n in range(1, 4)]
    assert names("\n".join(["目录", *contents, "\f" + project_form()])) == ["project_target"]


def test_a_table_of_contents_of_bare_titles_starts_no_forms() -> None:
    contents = f"目录\n{DEPARTMENT_TITLE}\n{PROJECT_TITLE}\n{EVALUATION_TITLE}\n\f"
    assert names(contents + project_form()) == ["project_target"]


def test_a_title_repeated_at_the_top_of_a_page_goes_on_with_its_form() -> None:
    head = "\n".join(project_head())
    rows = [INDICATOR_HEADER, *INDICATOR_ROWS]
    text = "\n".join([head, *rows[:3]]) + f"\n\f{PROJECT_TITLE}\n" + "\n".join(rows[3:]) + "\n"
    (form,) = forms_of(text)
    assert "居民满意度" in body(form)
    assert [(p.page, p.unit) for p in form.furniture] == [(2, "L1")]


def test_a_title_and_a_header_repeated_at_the_top_of_a_page_go_on_with_their_form() -> None:
    text = project_form(rows=INDICATOR_ROWS[:2])
    text += f"\f{PROJECT_TITLE}\n{INDICATOR_HEADER}\n" + "\n".join(INDICATOR_ROWS[2:]) + "\n"
    (form,) = forms_of(text)
    assert "居民满意度" in body(form)


TORN_KEY = ["部门(单 栖浦市渔港站   下属预算单位个数   0", "位)名称"]
"""The label of a form's key, with a value and another label between its halves."""


def test_a_title_below_a_table_of_its_page_starts_a_form_whatever_can_be_read_of_its_head() -> None:
    first = grid(["部门(单位)名称", "栖浦市农技站"], ["部门职责", "1.推广良种。"], ["年度履职目标", "育秧 3 亩。"])
    end = [grid(["产出指标", "数量指标", "育秧面积", "3亩"], page=2), *lines(DEPARTMENT_TITLE, *TORN_KEY, page=2)]
    rest = [grid(["年度履职目标", "巡检航标 9 座。"], page=3)]
    assert names(paged([*lines(DEPARTMENT_TITLE), first], end, rest)) == ["department_target"] * 2
    top = [*lines(DEPARTMENT_TITLE, page=2), grid(["年度履职目标", "再育 2 亩。"], page=2)]
    assert names(paged([*lines(DEPARTMENT_TITLE), first], top)) == ["department_target"]  # cut by a page break


def test_a_title_at_the_top_of_a_page_starts_a_form_where_a_list_of_its_head_stands_again() -> None:
    head = [["部门职责", "1.推广良种。"], ["年度履职目标", "育秧 3 亩。"]]
    first = grid(["部门(单位)名称", "栖浦市农技站"], ["下属预算单位个数", "0"], *head)
    top = [*lines(DEPARTMENT_TITLE, *TORN_KEY, page=2), grid(*head, page=2)]
    assert names(paged([*lines(DEPARTMENT_TITLE), first], top)) == ["department_target"] * 2


def test_two_forms_of_one_project_are_two_forms() -> None:
    assert names(project_form("河湖巡护经费") * 2) == ["project_target"] * 2


def test_a_table_over_a_page_break_is_one_form() -> None:
    text = project_form(rows=INDICATOR_ROWS[:2]) + "\f" + "\n".join(INDICATOR_ROWS[2:]) + "\n"
    (form,) = forms_of(text)
    assert {row.page for row in form.rows} == {1, 2}


def test_a_title_in_the_first_cell_of_its_grid_starts_a_form() -> None:
    read = paged([grid([PROJECT_TITLE, "", ""], ["项目名称", "河湖巡护经费", ""], ["主管部门", "云桥县水务局", ""])])
    assert names(read) == ["project_target"]


def test_a_table_with_no_title_is_read_by_its_labels_and_says_so() -> None:
    (form,) = forms_of(project_form().split("\n", 1)[1])
    assert form.schema is PROJECT
    assert [(f.about, f.kind) for f in form.notes] == [("source", "no_title")]
    assert form.title == ()


def test_a_table_of_something_else_is_no_form() -> None:
    assert names("站点\t水位\t流量\n上桥\t3.20\t15.00\n下桥\t2.90\t14.10\n") == []


def test_prose_before_the_first_form_is_outside() -> None:
    text = "关于编报绩效目标的说明\n本县共有三条河道。\n\n" + project_form()
    assert outside(text) == ["关于编报绩效目标的说明", "本县共有三条河道。"]


def test_a_foreign_table_behind_a_form_is_outside() -> None:
    text = project_form() + "\n\n\n附表 站点水位\n站点\t水位\t流量\n上桥\t3.20\t15.00\n下桥\t2.90\t14.10\n"
    assert "上桥" in outside(text)
    assert "居民满意度" in body(forms_of(text)[0])


def test_furniture_is_in_no_form() -> None:
    regions = cut(document(project_form() + "\n第1页\n"), schemas.builtin())
    assert "第1页" not in body(regions.forms[0])
    assert len(regions.furniture) == 1


@pytest.mark.parametrize("text", ["甲\n", f"{PROJECT_TITLE}\n", f"甲\n\f{PROJECT_TITLE}\n"])
def test_next_to_nothing_can_be_cut(text: str) -> None:
    assert len(names(text)) == text.count(PROJECT_TITLE)


PARTS = st.sampled_from(
    [
        project_form(),
        evaluation_form(),
        "一段说明。\n",
        f"{PROJECT_TITLE}\n",
        "\f",
        "\n\n\n",
        "甲\t乙\n1\t2\n",
        "第2页\n",
    ]
)


@given(st.lists(PARTS, max_size=8).map("".join))
def test_every_row_is_in_one_form_or_outside(text: str) -> None:
    read = document(text)
    regions = cut(read, schemas.builtin())
    units = [(r.page, u.id) for r in rows_of(read) for u in r.units]
    placed = [(r.page, u.id) for f in regions.forms for r in (*f.title_rows, *f.rows) for u in r.units]
    placed += [(p.page, p.unit) for f in regions.forms for p in f.furniture]
    placed += [(r.page, u.id) for r in regions.outside for u in r.units]
    placed += [(p.page, p.unit) for p in regions.furniture]
    assert len(placed) == len(set(placed))
    empty = {(u.page, u.id) for u in read.units() if not u.text.strip()}
    assert set(units) - empty == set(placed) - empty


def test_tables_are_numbered_through_the_document_and_gaps_counted() -> None:
    rows = rows_of(paged([*lines("甲", "", "", "乙"), grid(["a", "b"])], [grid(["c", "d"], page=2)]))
    assert [(r.table, r.gap) for r in rows] == [(0, 0), (0, 2), (1, 0), (2, 0)]


def test_a_year_right_above_a_form_without_a_title_is_the_form_s() -> None:
    rows = [line.split("\t") for line in project_form().splitlines()[2:]]
    wide = [[*row, *[""] * (6 - len(row))] for row in rows]
    record = result_of(paged([*lines("云桥县水务局文件", "(2031年度)"), grid(*wide)])).records[0]
    assert (record.schema, record.values["year"]) == ("project_target", 2031)


def test_who_filled_it_in_makes_no_form_of_a_cover() -> None:
    cover = [PROJECT_TITLE, "填报单位：云桥县水务局", "填报日期：2031年1月2日"]
    result = result_of("\n".join([*cover, project_form()]))
    assert len(result.records) == 1


TABLE = grid(["项目名称", "护堤植树"], ["主管部门", "云桥县水务局"], ["实施单位", "云桥县河道所"])


def web_page(*foot: str, reader: str) -> Document:
    blocks = [*lines(PROJECT_TITLE), TABLE, *lines(*foot, first=9)]
    return Document("case.html", "0" * 64, (Page(1, tuple(blocks), reader=reader),))


@pytest.mark.parametrize(("reader", "left"), [("html", ["相关信息", "网站地图"]), ("markdown", [])])
def test_a_form_ends_with_its_last_table_where_markup_says_what_a_table_is(reader: str, left: list[str]) -> None:
    """In OCR's Markdown, a line below a table may be a row that the table has lost."""
    read = web_page("相关信息", "网站地图", reader=reader)
    assert [u.text for row in cut(read, schemas.builtin()).outside for u in row.units] == left


@pytest.mark.parametrize("line", ["项目类别：特定目标类", "数量指标"])
def test_a_line_that_the_schema_knows_keeps_what_stands_below_a_table(line: str) -> None:
    assert cut(web_page("相关信息", line, reader="html"), schemas.builtin()).outside == ()


def test_a_text_above_a_title_in_its_table_is_outside_of_the_form_before() -> None:
    sheet = grid(["附件2", ""], [EVALUATION_TITLE, ""], ["项目名称", "护堤植树"], number=2)
    read = paged([*lines(PROJECT_TITLE), TABLE, sheet])
    assert [form.schema.name for form in forms_of(read)] == ["project_target", "self_evaluation"]
    assert "附件2" not in "".join(map(body, forms_of(read)))
    assert [u.text for row in cut(read, schemas.builtin()).outside for u in row.units if u.text] == ["附件2"]


def test_rows_above_a_title_in_one_table_stay_with_the_form_before() -> None:
    sheet = grid([PROJECT_TITLE, ""], ["项目名称", "护堤植树"], [EVALUATION_TITLE, ""], ["项目名称", "河道清淤"])
    assert ["护堤植树" in body(form) for form in forms_of(paged([sheet]))] == [True, False]
