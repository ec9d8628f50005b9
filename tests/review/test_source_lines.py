"""Spaced text as it is printed: every cell's characters are found in the lines of the file, or its lines alone."""

from __future__ import annotations

from pathlib import Path

from extractor import readers
from extractor.config import Settings
from extractor.document.layout import Cell, Grid, Line
from extractor.review import source_lines
from extractor.review.sources import Source, Sources

SPACED = """            Harbour Orchard Stock

   Article          Room        Pieces    Price

   Pear, early      North            4     12.50
   Plum             South           12     12.50
   Quince           North            4      8.00
   Medlar           South            7      9.00
   Damson           East            31     10.00

   Counted by hand.
"""


def grid(*rows: tuple[str, ...]) -> Grid:
    cells = tuple(Cell(1, 1, r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row))
    return Grid(1, 1, cells)


def lines(*texts: str) -> list[Line]:
    return [Line(1, number, text) for number, text in enumerate(texts, 1)]


def test_the_characters_of_each_cell_stand_where_its_text_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "stock.txt"
    path.write_text(SPACED)
    sources = Sources(Settings())
    document = readers.read(path, path.name, Settings())
    units = {unit.id: unit for unit in document.units()}
    assert any(isinstance(unit, Cell) for unit in units.values())
    shown = sources.units(Source(document.sha256, path.name, path), 1, "")["blocks"]
    assert "\n".join(block["printed"] for block in shown) == SPACED.rstrip("\n"), "white lines too"
    found = set()
    for block in shown:
        for place in block["places"]:
            text = units[place["unit"]].text[place["first"] :][: place["end"] - place["start"]]
            assert block["printed"][place["start"] : place["end"]] == text
            found.add(place["unit"])
    assert found == {unit.id for unit in units.values() if unit.text.strip()}


def test_the_same_text_in_several_cells_stands_in_their_order() -> None:
    found = source_lines.located(grid(("a", "5", "5"), ("b", "5", "6")), lines("a   5   5", "b   5   6"))
    assert [(p.unit, p.line, p.start) for p in found if p.unit.endswith("C1")] == [("T1R0C1", 1, 4), ("T1R1C1", 2, 4)]


def test_a_cell_of_several_lines_has_a_place_on_each() -> None:
    found = source_lines.located(
        grid(
            ("long\ntext", "9"),
        ),
        lines("long", "text   9"),
    )
    assert [(p.unit, p.line, p.first) for p in found] == [("T1R0C0", 1, 0), ("T1R0C0", 2, 5), ("T1R0C1", 2, 0)]


def test_a_text_that_is_printed_once_more_has_its_lines_and_no_characters() -> None:
    own = lines("a   5   5", "b   5   6")
    table = grid(("a", "5"), ("b", "6"))
    assert [p.unit for p in source_lines.located(table, own)] == ["T1R0C0", "T1R1C0", "T1R1C1"]
    assert list(source_lines._unplaced(table, source_lines.located(table, own), own)) == [
        ("T1R0C1", 1),
        ("T1R0C1", 2),
    ]


def test_cells_whose_places_contradict_their_columns_have_none() -> None:
    assert (
        source_lines.located(
            grid(
                ("a", "b"),
            ),
            lines("b   a"),
        )
        == []
    )


def test_other_texts_are_shown_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.txt"
    path.write_text("Article\tPieces\nPear\t4\nPlum\t5\n")
    document = readers.read(path, path.name, Settings())
    assert source_lines.printed(path, document.pages[0]) is None
