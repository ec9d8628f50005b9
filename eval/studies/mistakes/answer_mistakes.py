"""All kinds of mistakes with a printed answer, by name.

The kinds come from what users of such systems report, and from reading answers that went wrong: neighbours exchanged,
rows that slip, merge, split or vanish, units and signs cut, headings taken for values, figures misread.
"""

from __future__ import annotations

from eval.studies.mistakes import row_mistakes, value_mistakes
from eval.studies.mistakes.mistake_kinds import Mistake

KINDS: dict[str, Mistake] = {
    mistake.__name__: mistake
    for mistake in (
        row_mistakes.rows_exchange_a_column,
        row_mistakes.neighbours_exchange_a_column,
        row_mistakes.rows_exchanged_under_their_labels,
        value_mistakes.singles_exchanged,
        value_mistakes.single_given_twice,
        row_mistakes.name_and_value_exchanged,
        row_mistakes.alike_cells_exchanged,
        row_mistakes.columns_exchanged,
        row_mistakes.row_shifted,
        value_mistakes.group_row_shifted,
        row_mistakes.value_slips_down,
        row_mistakes.column_slips_down,
        row_mistakes.value_repeated_below,
        row_mistakes.level_moved,
        row_mistakes.levels_carried_on,
        row_mistakes.levels_exchanged,
        row_mistakes.rows_merged,
        row_mistakes.row_split,
        row_mistakes.row_dropped,
        row_mistakes.list_cut_short,
        row_mistakes.row_copied,
        row_mistakes.row_of_labels_invented,
        row_mistakes.header_read_as_row,
        row_mistakes.row_swallowed_by_text,
        value_mistakes.texts_exchanged,
        value_mistakes.text_takes_a_line_more,
        value_mistakes.text_cut,
        value_mistakes.texts_merged,
        value_mistakes.items_merged,
        value_mistakes.item_dropped,
        value_mistakes.unit_cut,
        value_mistakes.sign_cut,
        value_mistakes.digit_changed,
        value_mistakes.similar_character,
        value_mistakes.amount_set_to_zero,
        value_mistakes.point_moved,
        value_mistakes.single_omitted,
        value_mistakes.cell_omitted,
        value_mistakes.text_omitted,
        value_mistakes.neighbour_joined,
        value_mistakes.value_begins_late,
        value_mistakes.label_given_as_value,
        value_mistakes.value_of_another_form,
        value_mistakes.word_of_a_text_given,
        value_mistakes.vocabulary_word_exchanged,
        row_mistakes.rows_slip_under_their_labels,
        row_mistakes.middle_rows_lost,
        row_mistakes.rows_turned_round,
        row_mistakes.row_answered_twice,
        row_mistakes.total_given_as_row,
        row_mistakes.empty_cell_filled,
        row_mistakes.unit_of_another_row,
        value_mistakes.sign_turned,
        value_mistakes.amount_converted,
        value_mistakes.amount_rounded,
        value_mistakes.groups_exchange_a_column,
        value_mistakes.text_takes_a_line_of_another,
        value_mistakes.title_given_as_value,
        value_mistakes.word_left_out,
        value_mistakes.text_carries_on_into_next_form,
    )
}
"""All kinds of mistakes by name."""

OF_MANY_LEAVES = frozenset(
    {"columns_exchanged", "list_cut_short", "column_slips_down", "levels_carried_on", "rows_slip_under_their_labels",
     "middle_rows_lost", "rows_turned_round", "groups_exchange_a_column"}
)  # fmt: skip
"""Mistakes that spoil a whole column or the rest of a list: not drawn where a rate per leaf is asked for."""
