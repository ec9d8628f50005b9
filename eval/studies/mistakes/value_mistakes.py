"""The mistakes that models make with single values and texts: exchanged, cut, joined, misread, taken from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from random import Random

from eval.studies.mistakes.answer_slots import REFERENCE, AlteredAnswer, Slot
from eval.studies.mistakes.mistake_kinds import any_listing, exchange, pair_exchanged


def singles_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two single values of one kind are exchanged: amounts, dates, names."""
    kinds: dict[str, list[Slot]] = {}
    for slot in answer.singles():
        kinds.setdefault(slot.spec.kind, []).append(slot)
    able = [own for own in kinds.values() if len({s.text for s in own}) > 1]
    return bool(able) and pair_exchanged(rng.choice(able), rng)


def single_given_twice(answer: AlteredAnswer, rng: Random) -> bool:
    """One single value is given for another field of its kind too."""
    slots = answer.singles()
    pairs = [(a, b) for a in slots for b in slots if a.spec.kind == b.spec.kind and a.text != b.text]
    if not pairs:
        return False
    source, target = rng.choice(pairs)
    target.put(source.text)
    return True


def group_row_shifted(answer: AlteredAnswer, rng: Random) -> bool:
    """The amounts of one row of a matrix stand one column aside."""
    groups: dict[int, list[Slot]] = {}
    for slot in answer.singles():
        if isinstance(slot.holder, list):
            groups.setdefault(id(slot.holder), []).append(slot)
    able = [own for own in groups.values() if len({s.text for s in own}) > 1]
    if not able:
        return False
    own = rng.choice(able)
    texts = [s.text for s in own]
    for slot, text in zip(own, [*texts[1:], texts[0]], strict=True):
        slot.put(text)
    return True


def texts_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two long texts are exchanged."""
    return pair_exchanged(answer.longs(), rng)


def text_takes_a_line_more(answer: AlteredAnswer, rng: Random) -> bool:
    """A long text takes the printed line behind it."""
    longs = answer.longs()
    if not longs:
        return False
    slot = rng.choice(longs)
    last = _last_line(slot.text)
    if last is None or last + 1 not in answer.lines:
        return False
    slot.put(f"{slot.text}[{last + 1}]")
    return True


def _last_line(text: str) -> int | None:
    found = list(REFERENCE.finditer(text))
    return int(found[-1][2] or found[-1][1]) if found else None


def text_cut(answer: AlteredAnswer, rng: Random) -> bool:
    """A long text loses its end."""
    able = [slot for slot in answer.longs() if "…" in slot.text or "-" in slot.text or len(slot.text) > 12]
    if not able:
        return False
    slot = rng.choice(able)
    text = slot.text
    if "…" in text:
        slot.put(text[: text.rindex("…")])
    elif "-" in text:
        head, _, tail = text.rpartition("-")
        begin = int("".join(c for c in head.rpartition("[")[2] if c.isdigit()) or 0)
        end = int("".join(c for c in tail if c.isdigit()) or 0)
        slot.put(f"{head}-{end - 1}]" if end - 1 > begin else f"{head}]")
    else:
        slot.put(text[: len(text) * 2 // 3])
    return True


def texts_merged(answer: AlteredAnswer, rng: Random) -> bool:
    """One long text is given the text of the column beside it as well."""
    longs = answer.longs()
    if len(longs) < 2:
        return False
    one, other = rng.sample(longs, 2)
    one.put(one.text + other.text)
    other.put("")
    return True


def items_merged(answer: AlteredAnswer, rng: Random) -> bool:
    """Two texts of a list are given as one."""
    able = [own for _, own in answer.items() if len(own) > 1]
    if not able:
        return False
    own = rng.choice(able)
    n = rng.randrange(len(own) - 1)
    own[n : n + 2] = [own[n] + own[n + 1]]
    return True


def item_dropped(answer: AlteredAnswer, rng: Random) -> bool:
    """A text of a list is left out."""
    able = [own for _, own in answer.items() if len(own) > 1]
    if not able:
        return False
    own = rng.choice(able)
    own.pop(rng.randrange(len(own)))
    return True


_LONGER = {"万元": "元", "亿元": "元", "%": "", "万人次": "人次", "人次": "人", "公里": "里", "平方米": "米"}


def unit_cut(answer: AlteredAnswer, rng: Random) -> bool:
    """A shorter unit that stands inside of the printed one is given: 元 of 万元; or the unit is left out."""
    able = [s for s in [*answer.singles(), *answer.cells()] if any(unit in s.text for unit in _LONGER)]
    if not able:
        return False
    slot = rng.choice(able)
    unit = next(u for u in _LONGER if u in slot.text)
    slot.put(slot.text.replace(unit, _LONGER[unit]))
    return True


def sign_cut(answer: AlteredAnswer, rng: Random) -> bool:
    """The sign before a number is left out: ≥95% becomes 95%, -3.2 becomes 3.2."""
    able = [s for s in [*answer.singles(), *answer.cells()] if s.text[:1] in "≥≤><=-+＞＜＝" and len(s.text) > 1]
    if not able:
        return False
    slot = rng.choice(able)
    slot.put(slot.text[1:])
    return True


def digit_changed(answer: AlteredAnswer, rng: Random) -> bool:
    """One digit of a value is another one."""
    return _character_changed(answer, rng, lambda c: c.isdigit(), lambda c: str((int(c) + rng.randint(1, 9)) % 10))


def similar_character(answer: AlteredAnswer, rng: Random) -> bool:
    """One character is one that looks like it."""
    alike = dict(
        pair
        for a, b in ("未末", "日曰", "己已", "土士", "人入", "O0", "l1", "微徵", "大太")
        for pair in ((a, b), (b, a))
    )
    return _character_changed(answer, rng, lambda c: c in alike, lambda c: alike[c])


def _character_changed(
    answer: AlteredAnswer, rng: Random, able: Callable[[str], bool], other: Callable[[str], str]
) -> bool:
    slots = [s for s in [*answer.singles(), *answer.cells()] if any(able(c) for c in s.text)]
    if not slots:
        return False
    slot = rng.choice(slots)
    at = rng.choice([n for n, c in enumerate(slot.text) if able(c)])
    slot.put(slot.text[:at] + other(slot.text[at]) + slot.text[at + 1 :])
    return True


def amount_set_to_zero(answer: AlteredAnswer, rng: Random) -> bool:
    """An amount is given as 0.00."""
    able = [s for s in [*answer.singles(), *answer.cells()] if s.spec.kind == "amount" and s.text not in ("0.00", "0")]
    if not able:
        return False
    rng.choice(able).put("0.00")
    return True


def point_moved(answer: AlteredAnswer, rng: Random) -> bool:
    """The decimal point of a number stands one digit to the right."""
    able = [s for s in [*answer.singles(), *answer.cells()] if "." in s.text[:-1]]
    if not able:
        return False
    slot = rng.choice(able)
    head, _, tail = slot.text.partition(".")
    slot.put(f"{head}{tail[:1]}.{tail[1:]}" if len(tail) > 1 else head + tail)
    return True


def single_omitted(answer: AlteredAnswer, rng: Random) -> bool:
    """A single value is left out."""
    slots = answer.singles()
    if not slots:
        return False
    slot = rng.choice(slots)
    if isinstance(slot.holder, list):
        slot.put("")
    else:
        del slot.holder[slot.key]
    return True


def cell_omitted(answer: AlteredAnswer, rng: Random) -> bool:
    """A value of a row is left out."""
    slots = answer.cells()
    if not slots:
        return False
    rng.choice(slots).put("")
    return True


def text_omitted(answer: AlteredAnswer, rng: Random) -> bool:
    """A long text is left out."""
    longs = answer.longs()
    if not longs:
        return False
    slot = rng.choice(longs)
    del slot.holder[slot.key]
    return True


def neighbour_joined(answer: AlteredAnswer, rng: Random) -> bool:
    """A text of a row takes the value of the next column with it, which loses it."""
    one = any_listing(answer, rng, 1)
    if one is None:
        return False
    texts = [(a, b) for a, b in pairwise(one.own()) if one.spec.children[a].kind in ("text", "indicator")]
    able = [(n, a, b) for n in range(len(one.rows)) for a, b in texts if one.column(n, b).text]
    if not able:
        return False
    row, a, b = rng.choice(able)
    one.column(row, a).put(one.column(row, a).text + one.column(row, b).text)
    one.column(row, b).put("")
    return True


def value_begins_late(answer: AlteredAnswer, rng: Random) -> bool:
    """A text loses its first characters, or its last."""
    able = [s for s in [*answer.singles(), *answer.cells()] if len(s.text) > 3 and s.spec.kind in ("text", "indicator")]
    if not able:
        return False
    slot = rng.choice(able)
    cut = rng.randrange(1, len(slot.text) - 1)
    slot.put(slot.text[cut:] if rng.random() < 0.5 else slot.text[:cut])
    return True


def label_given_as_value(answer: AlteredAnswer, rng: Random) -> bool:
    """A label of the form is given as the value of a text field."""
    able = answer.free_texts()
    labels = [label for f in answer.form.schema.leaves() for label in (*f.printed.labels, *f.printed.column)]
    shown = [label for label in labels if any(label in line for line in answer.lines.values())]
    if not able or not shown:
        return False
    rng.choice(able).put(rng.choice(shown))
    return True


def value_of_another_form(answer: AlteredAnswer, rng: Random) -> bool:
    """A single value is taken from another form of the document."""
    able = answer.free_texts()
    others = [text for text in answer.elsewhere if text]
    if not able or not others:
        return False
    slot, text = rng.choice(able), rng.choice(others)
    changed = slot.text != text
    slot.put(text)
    return changed


def word_of_a_text_given(answer: AlteredAnswer, rng: Random) -> bool:
    """A number that a text of the form mentions is given for an amount or a target."""
    able = [s for s in [*answer.singles(), *answer.cells()] if s.spec.kind in ("amount", "integer", "indicator")]
    numbers = sorted({n for line in answer.lines.values() for n in re.findall(r"\d+(?:\.\d+)?", line)})
    pairs = [(s, n) for s in able for n in numbers if n != s.text]
    if not pairs:
        return False
    slot, number = rng.choice(pairs)
    slot.put(number)
    return True


def vocabulary_word_exchanged(answer: AlteredAnswer, rng: Random) -> bool:
    """Another word of a closed vocabulary is given: one that stands elsewhere in the form, if any does."""
    able = [s for s in answer.singles() if s.spec.printed.vocabulary]
    if not able:
        return False
    slot = rng.choice(able)
    others = [w for w in slot.spec.printed.vocabulary if w != slot.text]
    printed = [w for w in others if any(w in line for line in answer.lines.values())]
    if not (printed or others):
        return False
    slot.put(rng.choice(printed or others))
    return True


def sign_turned(answer: AlteredAnswer, rng: Random) -> bool:
    """A comparison is turned round: ≥95% becomes ≤95%."""
    turned = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "＞": "＜", "＜": "＞"}
    able = [s for s in [*answer.singles(), *answer.cells()] if s.text[:1] in turned]
    if not able:
        return False
    slot = rng.choice(able)
    slot.put(turned[slot.text[0]] + slot.text[1:])
    return True


def amount_converted(answer: AlteredAnswer, rng: Random) -> bool:
    """An amount is given in another unit: ten thousand times as much."""
    return _amount_changed(answer, rng, lambda amount: f"{amount * 10_000:.2f}")


def amount_rounded(answer: AlteredAnswer, rng: Random) -> bool:
    """An amount is given without its decimals."""
    return _amount_changed(answer, rng, lambda amount: f"{round(amount)}")


def _amount_changed(answer: AlteredAnswer, rng: Random, other: Callable[[Decimal], str]) -> bool:
    able = [s for s in [*answer.singles(), *answer.cells()] if s.spec.kind == "amount" and AMOUNT.fullmatch(s.text)]
    able = [s for s in able if Decimal(other(Decimal(s.text.replace(",", "")))) != Decimal(s.text.replace(",", ""))]
    if not able:
        return False
    slot = rng.choice(able)
    slot.put(other(Decimal(slot.text.replace(",", ""))))
    return True


AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")


def groups_exchange_a_column(answer: AlteredAnswer, rng: Random) -> bool:
    """Two columns of a matrix of amounts are exchanged in all of its rows: budget and spent, this year and last."""
    groups: dict[int, list[Slot]] = {}
    for slot in answer.singles():
        if isinstance(slot.holder, list):
            groups.setdefault(id(slot.holder), []).append(slot)
    rows = [{slot.key: slot for slot in own} for own in groups.values()]
    keys = sorted({key for row in rows for key in row})
    pairs = [(a, b) for a in keys for b in keys if a < b and any({a, b} <= row.keys() for row in rows)]
    if not pairs:
        return False
    a, b = rng.choice(pairs)
    return sum(exchange(row[a], row[b]) for row in rows if {a, b} <= row.keys()) > 0


def text_takes_a_line_of_another(answer: AlteredAnswer, rng: Random) -> bool:
    """A long text takes a printed line that belongs to another value, from anywhere in the form."""
    longs = answer.longs()
    if not longs:
        return False
    slot = rng.choice(longs)
    named = {n for m in REFERENCE.finditer(slot.text) for n in range(int(m[1]), int(m[2] or m[1]) + 1)}
    others = sorted(answer.lines.keys() - named)
    if not named or not others:
        return False
    slot.put(f"{slot.text}[{rng.choice(others)}]")
    return True


def title_given_as_value(answer: AlteredAnswer, rng: Random) -> bool:
    """A text field is given the line of the form's title, or one of its notes at the end."""
    able = answer.free_texts()
    ends = [answer.lines[n] for n in (min(answer.lines), max(answer.lines))]
    if not able:
        return False
    slot, text = rng.choice(able), rng.choice(ends)
    changed = slot.text != text
    slot.put(text)
    return changed


def word_left_out(answer: AlteredAnswer, rng: Random) -> bool:
    """A text loses one character from its middle."""
    able = [s for s in [*answer.singles(), *answer.cells()] if len(s.text) > 3 and s.spec.kind == "text"]
    if not able:
        return False
    slot = rng.choice(able)
    at = rng.randrange(1, len(slot.text) - 1)
    slot.put(slot.text[:at] + slot.text[at + 1 :])
    return True


def text_carries_on_into_next_form(answer: AlteredAnswer, rng: Random) -> bool:
    """A single text has a value of another form of the document behind it."""
    able = answer.free_texts()
    others = [text for text in answer.elsewhere if text]
    if not able or not others:
        return False
    slot = rng.choice(able)
    slot.put(slot.text + rng.choice(others))
    return True
