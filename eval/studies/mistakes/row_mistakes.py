"""The mistakes that models make with the rows of a list: values exchanged, rows that slip, merge, split or vanish."""

from __future__ import annotations

import re
from itertools import pairwise
from random import Random

from eval.studies.mistakes.answer_slots import AlteredAnswer, Slot
from eval.studies.mistakes.mistake_kinds import any_listing, exchange, pair_exchanged


def rows_exchange_a_column(answer: AlteredAnswer, rng: Random) -> bool:
    """Two rows exchange their values of one column."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    child = rng.choice(one.own())
    return pair_exchanged([s for n in range(len(one.rows)) if (s := one.column(n, child)).text], rng)


def neighbours_exchange_a_column(answer: AlteredAnswer, rng: Random) -> bool:
    """Two rows next to each other exchange their values of one column."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    child = rng.choice(one.own())
    pairs = [(one.column(n, child), one.column(n + 1, child)) for n in range(len(one.rows) - 1)]
    pairs = [(a, b) for a, b in pairs if a.text and b.text and a.text != b.text]
    return bool(pairs) and exchange(*rng.choice(pairs))


def rows_exchanged_under_their_labels(answer: AlteredAnswer, rng: Random) -> bool:
    """Two rows exchange all their own values, the numbers of their lines stay."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    first, second = rng.sample(range(len(one.rows)), 2)
    return sum(exchange(one.column(first, child), one.column(second, child)) for child in one.own()) > 0


def name_and_value_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """The name and a value of one row are exchanged."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    keys = [n for n in one.own() if one.spec.children[n].printed.key]
    others = [n for n in one.own() if n not in keys and one.spec.children[n].kind in ("text", "indicator")]
    if not keys or not others:
        return False
    able = [n for n in range(len(one.rows)) if one.column(n, keys[0]).text]
    if not able:
        return False
    row = rng.choice(able)
    return exchange(one.column(row, keys[0]), one.column(row, rng.choice(others)))


def alike_cells_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two values of one row that are of one kind are exchanged: target and actual, weight and score."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    children = one.spec.children
    alike = [(a, b) for a in one.own() for b in one.own() if a < b and children[a].kind == children[b].kind]
    alike = [(a, b) for a, b in alike if children[a].kind != "text"]
    pairs = [(one.column(n, a), one.column(n, b)) for n in range(len(one.rows)) for a, b in alike]
    pairs = [(a, b) for a, b in pairs if a.text != b.text]
    return bool(pairs) and exchange(*rng.choice(pairs))


def columns_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two columns of a kind are exchanged in every row."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    children = one.spec.children
    alike = [(a, b) for a in one.own() for b in one.own() if a < b and children[a].kind == children[b].kind]
    if not alike:
        return False
    a, b = rng.choice(alike)
    return sum(exchange(one.column(n, a), one.column(n, b)) for n in range(len(one.rows))) > 0


def row_shifted(answer: AlteredAnswer, rng: Random) -> bool:
    """The values of one row stand one column to the right, the last is lost."""
    one = any_listing(answer, rng, 1)
    if one is None or len(one.own()) < 2:
        return False
    row = rng.randrange(len(one.rows))
    own = one.own()
    texts = [one.column(row, child).text for child in own]
    for child, text in zip(own, ["", *texts], strict=False):
        one.column(row, child).put(text)
    return any(texts)


def _given_below(answer: AlteredAnswer, rng: Random) -> Slot | None:
    """Gives a value for the row below too, in place of that row's; the value's own slot, None where nothing changes."""
    one = any_listing(answer, rng)
    if one is None:
        return None
    child, row = rng.choice(one.own()), rng.randrange(len(one.rows) - 1)
    here, below = one.column(row, child), one.column(row + 1, child)
    if not here.text or here.text == below.text:
        return None
    below.put(here.text)
    return here


def value_slips_down(answer: AlteredAnswer, rng: Random) -> bool:
    """A value is given for the next row, which has none of its own, or loses it."""
    here = _given_below(answer, rng)
    if here is not None:
        here.put("")
    return here is not None


def column_slips_down(answer: AlteredAnswer, rng: Random) -> bool:
    """From one row on all values of a column stand a row too low."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    child, start = rng.choice(one.own()), rng.randrange(len(one.rows) - 1)
    texts = [one.column(n, child).text for n in range(start, len(one.rows))]
    for n, text in zip(range(start, len(one.rows)), ["", *texts], strict=False):
        one.column(n, child).put(text)
    return len(set(texts)) > 1


def value_repeated_below(answer: AlteredAnswer, rng: Random) -> bool:
    """A row has the value of the row above once more."""
    return _given_below(answer, rng) is not None


def level_moved(answer: AlteredAnswer, rng: Random) -> bool:
    """A row is put under the label of the row above or below it."""
    one = any_listing(answer, rng)
    if one is None or not one.spanning():
        return False
    child = rng.choice(one.spanning())
    pairs = [(one.column(n, child), one.column(n + 1, child)) for n in range(len(one.rows) - 1)]
    pairs = [(a, b) for a, b in pairs if a.text != b.text]
    if not pairs:
        return False
    one_slot, other = rng.choice(pairs)
    source, target = (one_slot, other) if rng.random() < 0.5 else (other, one_slot)
    target.put(source.text)
    return True


def levels_carried_on(answer: AlteredAnswer, rng: Random) -> bool:
    """A label is overlooked: all rows below it stand under the one before."""
    one = any_listing(answer, rng)
    if one is None or not one.spanning():
        return False
    child = rng.choice(one.spanning())
    slots = [one.column(n, child) for n in range(len(one.rows))]
    changes = [n for n, (a, b) in enumerate(pairwise(slots), 1) if a.text != b.text]
    if not changes:
        return False
    start = rng.choice(changes)
    before, lost = slots[start - 1].text, slots[start].text
    for slot in slots[start:]:
        if slot.text != lost:
            break
        slot.put(before)
    return True


def levels_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """The two labels of a row are exchanged."""
    one = any_listing(answer, rng, 1)
    if one is None or len(one.spanning()) < 2:
        return False
    row = rng.randrange(len(one.rows))
    a, b = one.spanning()[:2]
    return exchange(one.column(row, a), one.column(row, b))


def rows_merged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two rows are read as one: their names joined, the values of the first kept."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    row = rng.randrange(len(one.rows) - 1)
    below = one.rows.pop(row + 1)
    for child in one.own():
        slot = one.column(row, child)
        slot.put(
            slot.text + below[child + 1] if one.spec.children[child].printed.key else slot.text or below[child + 1]
        )
    return True


def row_split(answer: AlteredAnswer, rng: Random) -> bool:
    """One row is read as two: its name, or another text, is cut in the middle."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    texts = [n for n in one.own() if one.spec.children[n].kind in ("text", "indicator")]
    able = [(n, c) for n in range(len(one.rows)) for c in texts if len(one.column(n, c).text) > 3]
    if not able:
        return False
    row, child = rng.choice(able)
    text = one.column(row, child).text
    cut = rng.randrange(1, len(text))
    below = [one.rows[row][0], *("" for _ in one.spec.children)]
    for n in one.spanning():
        below[n + 1] = one.rows[row][n + 1]
    below[child + 1] = text[cut:]
    one.column(row, child).put(text[:cut])
    one.rows.insert(row + 1, below)
    return True


def row_dropped(answer: AlteredAnswer, rng: Random) -> bool:
    """A row is left out."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    one.rows.pop(rng.randrange(len(one.rows)))
    return True


def list_cut_short(answer: AlteredAnswer, rng: Random) -> bool:
    """The last rows are left out."""
    one = any_listing(answer, rng, 3)
    if one is None:
        return False
    del one.rows[rng.randrange(2, len(one.rows)) :]
    return True


def row_copied(answer: AlteredAnswer, rng: Random) -> bool:
    """A row is given twice."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    row = rng.randrange(len(one.rows))
    one.rows.insert(row, list(one.rows[row]))
    return True


def row_of_labels_invented(answer: AlteredAnswer, rng: Random) -> bool:
    """A row of labels alone is put between two rows."""
    one = any_listing(answer, rng, 1)
    if one is None or not one.spanning():
        return False
    row = rng.randrange(len(one.rows))
    own = [one.rows[row][0], *("" for _ in one.spec.children)]
    for n in one.spanning():
        own[n + 1] = one.rows[row][n + 1]
    one.rows.insert(row + 1, own)
    return True


def header_read_as_row(answer: AlteredAnswer, rng: Random) -> bool:
    """The header of the list is given as its first row."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    heads = [child.printed.column[0] if child.printed.column else "" for child in one.spec.children]
    one.rows.insert(0, [one.rows[0][0], *heads])
    return any(heads)


def row_swallowed_by_text(answer: AlteredAnswer, rng: Random) -> bool:
    """The first row of a list is read as the end of the long text above it."""
    one, longs = any_listing(answer, rng), answer.longs()
    if one is None or not longs:
        return False
    first = one.rows.pop(0)
    longs[-1].put(f"{longs[-1].text}[{first[0].split('-')[0]}]")
    return True


def rows_slip_under_their_labels(answer: AlteredAnswer, rng: Random) -> bool:
    """From one row on all own values stand a row too low, and the last are lost: labels and line numbers stay."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    start, own = rng.randrange(len(one.rows) - 1), one.own()
    texts = [[one.column(n, child).text for child in own] for n in range(start, len(one.rows))]
    for n, above in enumerate([texts[0], *texts[:-1]], start):
        for child, text in zip(own, above, strict=True):
            one.column(n, child).put(text)
    return any(above != below for above, below in pairwise(texts))


def middle_rows_lost(answer: AlteredAnswer, rng: Random) -> bool:
    """Two or more rows from the middle of a list are left out, as where a page is turned."""
    one = any_listing(answer, rng, 5)
    if one is None:
        return False
    first = rng.randrange(1, len(one.rows) - 3)
    del one.rows[first : first + rng.randrange(2, len(one.rows) - first)]
    return True


def rows_turned_round(answer: AlteredAnswer, rng: Random) -> bool:
    """All values of one column are given from the last row to the first."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    child = rng.choice(one.own())
    texts = [one.column(n, child).text for n in range(len(one.rows))]
    for n, text in enumerate(reversed(texts)):
        one.column(n, child).put(text)
    return texts != texts[::-1]


def row_answered_twice(answer: AlteredAnswer, rng: Random) -> bool:
    """A row is given once more, with one character of its name left out."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    keys = [n for n in one.own() if one.spec.children[n].printed.key] or one.own()[:1]
    able = [n for n in range(len(one.rows)) if len(one.column(n, keys[0]).text) > 2]
    if not able:
        return False
    row = rng.choice(able)
    one.rows.insert(row + 1, list(one.rows[row]))
    slot = one.column(row + 1, keys[0])
    slot.put(slot.text[:-1])
    return True


def total_given_as_row(answer: AlteredAnswer, rng: Random) -> bool:
    """A printed line that sums a list up is given as a row of it."""
    one = any_listing(answer, rng, 1)
    sums = [(n, line) for n, line in answer.lines.items() if any(word in line for word in ("合计", "总分", "总计"))]
    if one is None or not sums:
        return False
    number, line = rng.choice(sums)
    own = [str(number), *("" for _ in one.spec.children)]
    parts = line.split()
    for child, text in zip(one.own(), [parts[0], parts[-1]], strict=False):
        own[child + 1] = text
    one.rows.append(own)
    return True


def empty_cell_filled(answer: AlteredAnswer, rng: Random) -> bool:
    """A cell that is empty is given the value of the row above or below."""
    one = any_listing(answer, rng)
    if one is None:
        return False
    slots = [(one.column(a, c), one.column(b, c)) for a, b in pairwise(range(len(one.rows))) for c in one.own()]
    pairs = [(full, empty) for one_slot, other in slots for full, empty in ((one_slot, other), (other, one_slot))]
    pairs = [(full, empty) for full, empty in pairs if full.text and not empty.text]
    if not pairs:
        return False
    full, empty = rng.choice(pairs)
    empty.put(full.text)
    return True


def unit_of_another_row(answer: AlteredAnswer, rng: Random) -> bool:
    """A value keeps its number and takes the unit of another row."""
    slots = [slot for slot in answer.cells() if slot.spec.kind == "indicator" and UNIT.search(slot.text)]
    units = sorted({found[0] for slot in slots if (found := UNIT.search(slot.text))})
    if len(units) < 2:
        return False
    slot = rng.choice(slots)
    other = rng.choice([unit for unit in units if not slot.text.endswith(unit)] or units)
    text = UNIT.sub(other, slot.text)
    changed = text != slot.text
    slot.put(text)
    return changed


UNIT = re.compile(r"(?<=\d)[^\d.,]+$")
"""What stands behind the last digit of a value."""
