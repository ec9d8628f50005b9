"""The kinds of variation: their names, what they do, and how often they are drawn."""

from __future__ import annotations

from random import Random

SEPARATORS = {
    "sep_tab": "cells with tabs between them, blank cells kept",
    "sep_spaces": "cells with runs of spaces between them, blank cells gone",
    "sep_wide_spaces": "cells with full-width spaces between them, blank cells gone",
    "sep_pipe": "cells with ` | ` between them",
    "sep_cell_lines": "one cell a line, blank cells gone",
    "sep_aligned": "columns aligned by spaces, cells wrapped side by side",
    "sep_page": "page text: each cell after the other, wrapped ones in lines of their own",
    "sep_markdown": "a Markdown table inside of text",
    "sep_html": "an HTML table inside of text",
}
"""How the cells of a row are told apart; each document has one."""

WEIGHTS = {"sep_tab": 3, "sep_page": 3}
"""Separators that are drawn more often than others (1): the two that the real documents at hand have."""

FEATURES = {
    "wrap_narrow": "cells, or long texts in rows of one line, wrap at few characters",
    "wrap_wide": "long texts wrap at many characters",
    "head_grouping": "other fields share a row of the head",
    "label_with_value": "label, colon and value stand in one cell",
    "goals_as_rows": "each goal has a row of its own, its label to the left",
    "column_serial": "a first column of running numbers",
    "column_order": "columns in another order: the value before the name, the weight before the target",
    "column_unit_kind": "the target in three columns: kind, value, unit",
    "column_last_year": "a column of last year's values beside the target",
    "column_remarks": "a column of remarks",
    "column_standard": "a column of scoring standards",
    "column_person": "a column of persons in charge",
    "column_missing": "a column that the schema asks for is not there",
    "row_missing": "a field of the head is not there",
    "label_variant": "labels in other declared words",
    "label_note": "labels with a note in brackets",
    "label_colon": "labels with a colon",
    "label_spaced": "labels with spaces inside",
    "label_number": "labels with a number ahead",
    "label_stacked": "labels cut in stacks of one or two characters",
    "unknown_label": "a label that no schema declares",
    "title_variant": "the title in other declared words",
    "title_repeated": "the title once in every column",
    "merged_repeated": "merged cells print their text in each of their places",
    "levels_repeated": "level labels print on every row",
    "lost_cells": "a blank cell is dropped, later cells of the row shift left",
    "goals_interleaved": "two goal texts side by side, line by line",
    "goals_unaligned": "the same without the indent that tells the columns apart",
    "several_forms": "several forms in one file",
    "running_head": "a running head between rows",
    "page_number": "page numbers between rows",
    "page_break_in_text": "a page break inside of a long text",
    "page_break_in_row": "a page break inside of an indicator's name",
    "header_repeated": "the header of the indicator table again after a page break",
    "end_notes": "notes or signatures after the form",
    "amount_unit": "amounts with their unit behind",
    "unit_at_title": "the currency unit under the title",
    "date_words": "dates as 2026年1月1日",
    "null_blank": "empty values print nothing",
}
"""All other kinds. What a document has of them is drawn, and stands in its manifest if it took effect."""

OFTEN = {"several_forms": 0.35, "unit_at_title": 0.3, "unknown_label": 0.1}
RATE = 0.14
ALONE = 0.35
PLAIN = 0.08


GRID_ONLY = frozenset({"merged_repeated", "title_repeated", "lost_cells"})
"""Kinds that need separators which can show a blank cell."""
WITHOUT = {
    "sep_spaces": GRID_ONLY,
    "sep_wide_spaces": GRID_ONLY,
    "sep_page": GRID_ONLY,
    "sep_cell_lines": GRID_ONLY | {"goals_interleaved", "goals_unaligned"},
    "sep_aligned": GRID_ONLY | {"goals_unaligned"},
    "sep_tab": frozenset({"goals_unaligned"}),
    "sep_pipe": frozenset({"goals_unaligned"}),
    "sep_markdown": frozenset({"goals_interleaved", "goals_unaligned", "wrap_narrow", "wrap_wide"}),
    "sep_html": frozenset({"goals_interleaved", "goals_unaligned", "wrap_narrow", "wrap_wide"}),
}
"""What cannot be drawn with a separator."""


def draw(rng: Random) -> frozenset[str]:
    """A separator, and: nothing else, one other kind, or several that are drawn independently of each other."""
    names = list(SEPARATORS)
    separator = rng.choices(names, [WEIGHTS.get(name, 1) for name in names])[0]
    others = [name for name in FEATURES if name not in WITHOUT[separator]]
    how = rng.random()
    if how < PLAIN:
        return frozenset({separator})
    if how < PLAIN + ALONE:
        return frozenset({separator, rng.choice(others)})
    return frozenset({separator, *(name for name in others if rng.random() < OFTEN.get(name, RATE))})


def separator_of(features: frozenset[str]) -> str:
    """The one separator of a document."""
    return next(name for name in SEPARATORS if name in features)
