"""What a page break cut is one again: rows, cells, labels; what only looks like it stays apart, and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.document.layout import Box, Cell, Unit, Word, parts_of
from extractor.document.results import Place, Row, placed
from extractor.forms.page_breaks import Known, may_go_on, stitched
from extractor.forms.tokens import width

WORDS = ("产出指标", "效益指标", "数量指标", "质量指标", "满意度指标")
LABELS = ("三级指标", "偏差原因分析")
KNOWN = Known(
    LABELS.__contains__,
    lambda text: "".join(text.split()) in WORDS,
    lambda text: any(word.startswith("".join(text.split())) for word in WORDS),
)
EDGES = (50.0, 94.0, 178.0, 232.0, 266.0)
SIZE, PAD, LINE = 10.0, 2.0, 14.0
LOW = 780.0

Spans = dict[tuple[int, int], int]


def part(page: int, rows: Sequence[Sequence[str | None]], spans: Spans | None = None, shift: float = 0.0) -> list[Row]:
    """The part of a table on a page: `None` where a cell from above stands; the first part ends low on its page."""
    spans = spans or {}
    tall = [max([1, *(len(text.split("\n")) for text in row if text)]) * LINE for row in rows]
    top = LOW - sum(tall) if page == 1 else 60.0
    tops = [top + sum(tall[:n]) for n in range(len(rows) + 1)]
    out = []
    for n, row in enumerate(rows):
        cells = []
        for col, text in enumerate(row):
            if text is not None:
                span = spans.get((n, col), 1)
                box = Box(EDGES[col] + shift, tops[n], EDGES[col + 1] + shift, tops[min(n + span, len(rows))])
                cells.append(Cell(page, 1, n, col, text, span, 1, box, written(text, box)))
        out.append(Row(page, tuple(cells), page, exact_columns=True))
    return out


def written(text: str, box: Box) -> tuple[Word, ...]:
    """The lines of a cell, a word each, from its top left corner on."""
    out, start = [], 0
    for n, line in enumerate(text.split("\n")):
        if line:
            x, y = box.x0 + PAD, box.top + n * LINE + 2
            out.append(Word(start, line, Box(x, y, x + SIZE * width(line), y + SIZE)))
        start += len(line) + 1
    return tuple(out)


def texts(rows: Sequence[Row]) -> list[list[str]]:
    return [[unit.text for unit in row.units] for row in rows]


HEAD = ["数量", "三级指标", "指标值", "分值"]
WHOLE = ["数量", "步道修缮长度", "≥2(公里)", "5.00"]


def test_a_row_that_ends_behind_the_break_is_one_row() -> None:
    above = part(1, [HEAD, WHOLE, ["质量", "步道修缮验收合格", "≥95.00", "5.00"]])
    below = part(2, [["", "率", "(%)", ""], WHOLE])
    rows = stitched([*above, *below], KNOWN)
    assert texts(rows)[2:] == [["质量", "步道修缮验收合格\n率", "≥95.00\n(%)", "5.00"], WHOLE]
    assert {row.table for row in rows} == {1}


def test_the_parts_of_a_cell_keep_their_places() -> None:
    above = part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95.00", "5.00"]])
    below = part(2, [["", "率", "(%)", ""]])
    cell = stitched([*above, *below], KNOWN)[1].units[1]
    assert [place for _, place in placed(cell, 6, 10)] == [Place(1, "T1R1C1", 6, 8), Place(2, "T1R0C1", 0, 1)]
    assert [unit.page for unit in parts_of(cell)] == [1, 2]


def test_a_row_of_its_own_behind_the_break_stays_one() -> None:
    above = part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]])
    below = part(2, [["数量", "护栏更新", "≥40(米)", "5.00"]])
    assert texts(stitched([*above, *below], KNOWN)) == texts([*above, *below])


def test_a_cell_with_room_for_what_follows_did_not_go_on() -> None:
    above = part(1, [HEAD, ["质量", "验收合格", "≥95(%)", "5.00"]])
    below = part(2, [["", "护栏更新", "", ""]])
    assert len(stitched([*above, *below], KNOWN)) == 3


HALF = (["", "", "≥80.00", "5.00"], ["", "基层展项更新及时性", "", ""])


def test_a_row_whose_cells_stand_on_both_sides_of_the_break_is_one_row() -> None:
    """Printers keep the lines of a cell together: its values stay above, the name that they belong to goes below."""
    above = part(1, [HEAD, WHOLE, WHOLE, WHOLE, HALF[0]])
    (row, *rest) = stitched([*above, *part(2, [HALF[1], WHOLE])], KNOWN)[4:]
    assert [unit.text.strip() for unit in row.units] == ["", "基层展项更新及时性", "≥80.00", "5.00"]
    assert [[part.page for part in parts_of(unit)] for unit in row.units][1:] == [[1, 2], [1], [1]]
    assert texts(rest) == [WHOLE]


def test_the_label_that_begins_with_such_a_row_stands_in_it() -> None:
    above = part(1, [HEAD, WHOLE, WHOLE, WHOLE, [None, "", "≥80.00", "5.00"]])
    below = part(2, [["时效", "展项更新及时性", "", ""], [None, *WHOLE[1:]]], {(0, 0): 2})
    rows = stitched([*above, *below], KNOWN)[4:]
    assert [unit.text.strip() for unit in rows[0].units] == ["时效", "展项更新及时性", "≥80.00", "5.00"]
    assert texts(rows[1:]) == [WHOLE[1:]]


def test_a_label_overleaf_owns_the_row_above_the_break_whatever_is_blank_above_its_column() -> None:
    """Cells above the label of a column are of other rows, such as those of the funding."""
    above = part(1, [["", "其他资金", "", "0.00"], ["数量指标", *HEAD[1:]], WHOLE, ["", "展项更新", "≥9", "5.00"]])
    known = KNOWN._replace(label=lambda text: text == "数量指标" or KNOWN.label(text))
    below = part(2, [["质量指标", "验收", "≥3", "5.00"], [None, "达标", "≥2", "2.00"]], {(0, 0): 2})
    rows = stitched([*above, *below], known)
    assert texts(rows)[3:5] == [["\n质量指标", "展项更新", "≥9", "5.00"], ["验收", "≥3", "5.00"]]


@pytest.mark.parametrize("blank", [1, 2])
def test_halves_of_rows_that_others_lack_too_stay_apart(blank: int) -> None:
    """Where other rows leave a column blank as well, each half may be a row."""
    lacking = ["数量", "", "≥2(公里)", "5.00"] if blank == 1 else ["数量", "步道修缮长度", "", ""]
    above = part(1, [HEAD, WHOLE, lacking, WHOLE, HALF[0]])
    assert texts(stitched([*above, *part(2, [HALF[1], WHOLE])], KNOWN))[5:] == [HALF[1], WHOLE]


@pytest.mark.parametrize(
    ("above", "going"),
    [("步道修缮验收合格", True), ("步道修缮", False), ("步道修缮验收合格\n率", False), ("", None)],
)
def test_a_text_goes_on_overleaf_only_where_it_fills_its_line(above: str, going: bool | None) -> None:
    (row,) = part(1, [["质量", above, "", ""]])
    (other,) = part(2, [["", "率", "", ""]])
    assert may_go_on(row.units[1], other.units[1]) is going


@pytest.mark.parametrize(("above", "going"), [("≥80.00", False), ("步道修缮验收合格通过率", True)])
def test_a_text_set_in_the_middle_of_its_cell_has_room_beside_it(above: str, going: bool) -> None:
    """What is white on both sides of it is no padding."""

    def centred(cell: Cell) -> Cell:
        box = Box(0.0, 0.0, 130.0, LINE)
        (word,) = cell.words
        left = (130.0 - SIZE * width(word.text)) / 2
        return replace(cell, box=box, words=(replace(word, box=Box(left, 2.0, 130.0 - left, 2.0 + SIZE)),))

    (row,), (other,) = part(1, [["", above, "", ""]]), part(2, [["", "高", "", ""]])
    one, two = (centred(unit) for unit in (row.units[1], other.units[1]) if isinstance(unit, Cell))
    assert may_go_on(one, two) is going


def test_figures_without_their_last_decimals_go_on() -> None:
    """Every cell stands on both sides: the other figures of the column show that two are cut."""
    above = part(1, [HEAD, WHOLE, ["数量", "市级步道修缮总量", "≥73.00", "2.5"]])
    below = part(2, [["指标", "之和", "(公里)", "0"]])
    narrow = [row for row in stitched([*above, *below], KNOWN) if row.units[1].text.startswith("市级")]
    assert texts(narrow) == [["数量\n指标", "市级步道修缮总量\n之和", "≥73.00\n(公里)", "2.50"]]


def test_a_label_that_only_both_halves_make_is_one_and_its_rows_are_two() -> None:
    above = part(1, [HEAD, ["满意度", "游客满意度", "≥95(%)", "5.00"]])
    below = part(2, [["指标", "居民满意度", "≥90(%)", "5.00"], [None, "单位满意度", "≥90(%)", "5.00"]], {(0, 0): 2})
    rows = texts(stitched([*above, *below], KNOWN))
    assert [row[0] for row in rows] == ["数量", "满意度\n指标", "居民满意度", "单位满意度"]


def test_the_label_of_a_merged_cell_may_be_printed_behind_the_break() -> None:
    above = part(
        1,
        [HEAD, ["产出指标", "步道修缮", "≥2(公里)", "5.00"], [None, "护栏更新", "≥40(米)", "5.00"],
         ["", "游客人次", "≥9(万)", "5.00"]],
        {(1, 0): 2},
    )  # fmt: skip
    below = part(2, [["效益指标", "带动就业", "≥3(人)", "5.00"], [None, "客房收入", "提升", "5.00"]], {(0, 0): 2})
    rows = texts(stitched([*above, *below], KNOWN))
    assert [row[0].strip() for row in rows[3:]] == ["效益指标", "带动就业", "客房收入"]


def test_a_label_overleaf_owns_the_rows_that_its_merged_cell_has_above_the_break() -> None:
    """Another cell of the column is blank too: the lines of the merged cell say which rows are its own."""
    above = part(1, [["", "步道", "≥2", "5"], ["", "长廊", "≥3", "5"], [None, "路灯", "≥4", "5"]], {(1, 0): 2})
    below = part(2, [["数量指标", "座椅", "≥5", "5"], [None, "花坛", "≥6", "5"]], {(0, 0): 2})
    (cell,) = (u for row in stitched([*above, *below], KNOWN) for u in row.units if u.text.strip() == "数量指标")
    assert isinstance(cell, Cell)
    assert [(p.page, p.row, p.row_span) for p in cell.parts] == [(1, 1, 2), (2, 0, 2)]


def test_a_label_overleaf_that_has_few_rows_there_is_of_those_alone() -> None:
    """In the middle of all of the rows it would stand above the break."""
    above = part(
        1,
        [["", "步道", "≥2", "5"], ["", "长廊", "≥3", "5"], [None, "路灯", "≥4", "5"], [None, "亭", "≥4", "5"]],
        {(1, 0): 3},
    )
    below = part(2, [["数量指标", "座椅", "≥5", "5"], ["质量指标", "花坛", "≥6", "5"]])
    assert not [u for row in stitched([*above, *below], KNOWN) for u in row.units if isinstance(u, Cell) and u.parts]


def test_a_blank_cell_where_labels_are_written_once_has_the_label_above() -> None:
    above = part(
        1, [HEAD, ["产出指标", "步道修缮", "≥2(公里)", "5.00"], ["", "护栏更新", "≥40(米)", "5.00"]]
    )  # fmt: skip
    below = part(2, [["效益指标", "带动就业", "≥3(人)", "5.00"]])
    assert [row[0] for row in texts(stitched([*above, *below], KNOWN))] == ["数量", "产出指标", "", "效益指标"]


def test_what_goes_on_stands_below_a_repeated_header() -> None:
    above = part(1, [HEAD, WHOLE, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]])
    below = part(2, [HEAD, ["", "率", "", ""], WHOLE])
    rows = texts(stitched([*above, *below], KNOWN))
    assert rows[2][1] == "步道修缮验收合格\n率" and rows[3:] == [HEAD, WHOLE]


def test_a_row_may_go_on_over_two_breaks() -> None:
    above = part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]])
    middle = part(2, [["", "率与群众意见办结", "", ""]])
    below = part(3, [["", "率之和", "", ""]])
    rows = stitched([*above, *middle, *below], KNOWN)
    assert texts(rows)[1][1] == "步道修缮验收合格\n率与群众意见办结\n率之和"
    assert [unit.page for unit in parts_of(rows[1].units[1])] == [1, 2, 3]


def test_a_page_that_lay_a_little_aside_goes_on_too() -> None:
    above = part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]])
    below = part(2, [["", "率", "", ""]], shift=9.0)
    assert texts(stitched([*above, *below], KNOWN))[1][1] == "步道修缮验收合格\n率"


def larger(rows: Sequence[Row], scale: float, confidence: float | None) -> list[Row]:
    """The rows as on a page that was photographed from nearer, read by an OCR so surely."""

    def cell(one: Cell) -> Cell:
        x0, top, x1, bottom = one.box or Box(0, 0, 0, 0)
        words = tuple(replace(word, confidence=confidence) for word in one.words)
        return replace(one, box=Box(x0 * scale, top, x1 * scale, bottom), words=words)

    return [row._replace(units=tuple(cell(u) for u in row.units if isinstance(u, Cell))) for row in rows]


@pytest.mark.parametrize(
    ("scale", "confidence", "goes_on"), [(1.07, 0.99, True), (1.10, 0.99, False), (1.07, None, False)]
)
def test_a_page_photographed_from_nearer_goes_on_where_its_columns_have_their_shares(
    scale: float, confidence: float | None, goes_on: bool
) -> None:
    above = larger(part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]]), 1.0, confidence)
    below = larger(part(2, [["数量", "巡护次数", "≥12", "5.00"]]), scale, confidence)
    rows = stitched([*above, *below], KNOWN)
    assert (len({row.table for row in rows}) == 1) == goes_on
    if goes_on:
        places = [(unit.box, unit.words[0].box) for unit in rows[-1].units if isinstance(unit, Cell)]
        assert [box.x0 for box, _ in places if box is not None] == pytest.approx(EDGES[:-1])  # as on the page before
        assert [own.words[0].box for own in below[0].units] == [printed for _, printed in places]


@pytest.mark.parametrize("page", [1, 3])
def test_only_the_next_page_goes_on(page: int) -> None:
    above = part(1, [HEAD, ["质量", "步道修缮验收合格", "≥95(%)", "5.00"]])
    below = [row._replace(table=9) for row in part(page, [["", "率", "", ""]])]
    assert {row.table for row in stitched([*above, *below], KNOWN)} == {1, 9}


def printed_characters(units: Sequence[Unit]) -> Counter[tuple[int, str, str]]:
    return Counter((unit.page, unit.id, char) for unit in units for char in unit.text if not char.isspace())


CELL = st.text(alphabet="步道修缮长度率12.0(%)≥", max_size=12).map(
    lambda text: text[:5] + "\n" * (len(text) > 5) + text[5:]
)
TABLE = st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=3)


@given(TABLE, TABLE)
def test_no_character_is_lost_or_doubled(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> None:
    rows = [*part(1, [list(row) for row in first]), *part(2, [list(row) for row in second])]
    parts = [piece for row in stitched(rows, KNOWN) for unit in row.units for piece in parts_of(unit)]
    assert len({(piece.page, piece.id) for piece in parts}) == len(parts)
    assert printed_characters(parts) == printed_characters([unit for row in rows for unit in row.units])
    for row in stitched(rows, KNOWN):
        for unit in row.units:
            shown = "".join(piece.text[place.start : place.end] for piece, place in placed(unit, 0, len(unit.text)))
            assert shown == "".join(piece.text for piece in parts_of(unit))


def test_a_blank_label_between_one_on_the_page_before_and_one_overleaf_is_in_doubt() -> None:
    """Either the label of the page before goes on, or that of the next page begins there."""
    first = part(1, [HEAD, ["产出指标", "步道修缮", "≥2", "5.00"]])
    second = part(2, [["", "展项更新", "≥9", "5.00"], [None, "验收", "≥3", "5.00"]], {(0, 0): 2})
    third = part(3, [["效益指标", "品牌", "≥1", "5.00"], [None, "影响", "≥2", "2.00"]], {(0, 0): 2})
    rows = stitched([*first, *second, *third], KNOWN)
    (label,) = [unit for unit in rows[2].units if isinstance(unit, Cell) and unit.col == 0]
    assert label.text == "产出指标"
    assert {word.confidence for word in label.words} == {0.9}
    assert texts(rows)[4][0] == "效益指标"
