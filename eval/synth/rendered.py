"""What a renderer gives: the file, and the forms as a reader finds them in it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from eval.synth.content import Content, Form


class Rendered(NamedTuple):
    """A file's content, and the forms as a reader finds them in it; where the values of each are printed, if known."""

    data: bytes
    forms: tuple[Form, ...]
    places: tuple[dict[str, list[dict[str, Any]]], ...] = ()


Renderer = Callable[[Content, Random], Rendered]
