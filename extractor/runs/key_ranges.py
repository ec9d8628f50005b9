"""The objects of a large folder, listed in ranges of their keys at the same time.

A LIST gives 1,000 keys and the mark of the next, so that a hundred of them come one after another. Where keys of a
folder are known from before, LISTs can begin behind each of them. What is listed is the same; only the time is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from extractor.runs.at_once import at_once
from extractor.runs.object_folders import Object, ObjectFolder

PAGE = 1_000
"""Keys that one LIST gives."""
KEYS = 4 * PAGE
"""Keys of a range: few enough to be kept in memory, and few requests for a half-filled page."""


def objects(folder: ObjectFolder, cuts: Sequence[str]) -> Iterator[Object]:
    """All objects of a folder, in their order; `cuts` are keys, in order, at which ranges end."""
    if not cuts or folder.url.startswith("az://") or not _lists_in_order(folder):
        # Azure lists from the start for each range
        yield from folder.objects()
        return
    bounds = zip(["", *cuts], [*cuts, None], strict=True)
    for found in at_once(lambda bound: _range(folder, *bound), bounds):
        yield from found


def _lists_in_order(folder: ObjectFolder) -> bool:
    """Whether a first page is in the order of its keys: directories of disks and of S3 Express are not."""
    keys = [item.key for item in islice(folder.objects(), PAGE)]
    return keys == sorted(keys)


def _range(folder: ObjectFolder, after: str, until: str | None) -> list[Object]:
    """The objects behind one key, up to another and with it."""
    found = []
    for item in folder.objects(after=after):
        if item.key > after and (until is None or item.key <= until):  # a store may ignore where it is to begin
            found.append(item)
        if until is not None and item.key >= until:
            break
    return found
