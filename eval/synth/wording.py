"""The wording of a document: who writes it, how it prints, and sentences from templates."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from eval.synth import words
from eval.synth.words import Topic


@dataclass(frozen=True, slots=True)
class Style:
    """How one document prints: full-width punctuation, separators, unit, null mark, decimals, brackets, headings."""

    wide: bool
    thousands: bool
    currency: str
    null: str
    decimals: bool
    brackets: bool
    heading_below: bool


class Setting(NamedTuple):
    """Who writes a document, in which year, and how it prints."""

    place: str
    upper: str
    body: str
    year: int
    style: Style


def make_style(rng: Random) -> Style:
    """One way of printing."""
    return Style(
        wide=rng.random() < 0.7,
        thousands=rng.random() < 0.7,
        currency=rng.choice(("元", "万元")),
        null=rng.choice(("-", "-", "-", "—", "/", "")),
        decimals=rng.random() < 0.8,
        brackets=rng.random() < 0.85,
        heading_below=rng.random() < 0.6,
    )


def make_setting(rng: Random, style: Style) -> Setting:
    """A fictional body in a fictional place."""
    place = rng.choice(words.PLACE_FIRST) + rng.choice(words.PLACE_SECOND) + rng.choice(words.PLACE_KINDS)
    upper = place + rng.choice(words.UPPER)
    body = upper if rng.random() < 0.3 else place + rng.choice(words.BODIES)
    return Setting(place, upper, body, rng.randint(2018, 2027), style)


def say(rng: Random, template: str, topic: Topic, setting: Setting) -> str:
    """A template with its slots filled."""
    (work, unit), (other, _) = rng.sample(topic.works, 2)
    start = rng.choice(words.STARTS).format(public=topic.public)
    text = template.format(
        start=start, work=work, unit=unit, other=other, n=count(rng), public=topic.public, topic=topic.name,
        effect=rng.choice(words.EFFECTS), brand=rng.choice(words.BRANDS), latin=rng.choice(words.LATIN),
        place=setting.place, body=setting.body, year=setting.year,
    )  # fmt: skip
    return punctuated(text, setting.style)


def punctuated(text: str, style: Style) -> str:
    """The text with the document's kind of punctuation."""
    if style.wide:
        return text
    for wide, narrow in (("，", ", "), ("；", "; "), ("：", ": "), ("（", "("), ("）", ")")):
        text = text.replace(wide, narrow)
    return text


def count(rng: Random) -> int:
    """A count as such forms have them: small ones more often than large ones."""
    return rng.choice((rng.randint(1, 12), rng.randint(10, 99), 5 * rng.randint(2, 80), 100 * rng.randint(1, 60)))


def goal(rng: Random, topic: Topic, setting: Setting, done: bool = False) -> str:
    """A goal text: one line, a paragraph, or several paragraphs with or without numbers."""
    kind = rng.random()
    if kind < 0.3:
        return say(rng, rng.choice(words.SHORT_DONE if done else words.SHORT), topic, setting)
    sentences = words.DONE if done else words.SENTENCES
    if kind < 0.65:
        return "".join(say(rng, rng.choice(sentences), topic, setting) for _ in range(rng.randint(1, 4)))
    mark = rng.choice(("", "{}.", "{}、", "（{}）"))
    paragraphs = []
    for number in range(1, rng.randint(3, 9)):
        body = "".join(say(rng, rng.choice(sentences), topic, setting) for _ in range(rng.randint(1, 3)))
        paragraphs.append(punctuated(mark.format(number), setting.style) + body)
    return "\n".join(paragraphs)
