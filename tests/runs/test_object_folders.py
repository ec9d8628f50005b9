"""Stores that err, ignore conditions, refuse or come back; on memory and on a folder of the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from obstore.exceptions import GenericError, PermissionDeniedError
from obstore.store import LocalStore, MemoryStore

from extractor.errors import CallError
from extractor.runs import object_folders
from extractor.runs.object_folders import ObjectFolder, Refused, StoreError, refuse_careless, said


@pytest.fixture(params=["memory", "disk"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectFolder:
    store = MemoryStore() if request.param == "memory" else LocalStore(tmp_path / "store", mkdir=True)
    return ObjectFolder("place", store, wait=lambda _: None)


class Faulty:
    """A store between which and its caller something goes wrong, for some of the calls."""

    def __init__(self, inner: MemoryStore, fault: Callable[[str, str], None], after: bool = False) -> None:
        self._inner, self._fault, self._after = inner, fault, after

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._inner, name)

        def call(key: str | None = None, *rest: Any, **named: Any) -> Any:
            if not self._after:
                self._fault(name, key or "")
            given = real(key, *rest, **named)
            if self._after:
                self._fault(name, key or "")
            return given

        return call


def faulty(fault: Callable[[str, str], None], after: bool = False, waits: list[float] | None = None) -> ObjectFolder:
    store: Any = Faulty(MemoryStore(), fault, after)
    return ObjectFolder("place", store, wait=(waits if waits is not None else []).append)


def test_an_object_is_made_once(folder: ObjectFolder) -> None:
    assert folder.put_if_absent("done/a", b"first")
    assert not folder.put_if_absent("done/a", b"second")
    assert folder.get("done/a") == b"first"


def test_one_of_many_makes_it(folder: ObjectFolder) -> None:
    for number in range(50):
        won: list[int] = []
        start = threading.Barrier(4)

        def race(who: int, number: int = number, won: list[int] = won, start: threading.Barrier = start) -> None:
            start.wait()
            if folder.put_if_absent(f"done/{number}", b"%d" % who):
                won.append(who)

        threads = [threading.Thread(target=race, args=(who,)) for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(won) == 1
        assert folder.get(f"done/{number}") == b"%d" % won[0]


def test_a_request_that_is_tried_again_meets_its_own_object() -> None:
    """The store wrote it, and its answer was lost: the second attempt is refused, and it is ours all the same."""
    lost = iter([True])

    def fault(call: str, key: str) -> None:
        if call == "put" and next(lost, False):
            raise GenericError("HTTP error: the connection was closed")

    folder = faulty(fault, after=True)
    assert folder.put_if_absent("done/a", b"mine")
    assert not folder.put_if_absent("done/a", b"another's")


def test_a_store_that_is_gone_for_a_minute_is_waited_for() -> None:
    waits: list[float] = []

    def gone(call: str, key: str) -> None:
        if sum(waits) < 60:
            raise GenericError("HTTP error: connection refused")

    folder = faulty(gone, waits=waits)
    assert folder.put_if_absent("a", b"1")
    assert sum(waits) >= 60


def test_a_store_that_stays_away_is_given_up_with_its_name() -> None:
    waits: list[float] = []

    def gone(call: str, key: str) -> None:
        raise GenericError("HTTP error: connection refused\n\nDebug source: https://h/?sig=SECRET")

    with pytest.raises(StoreError, match="place: could not read a: HTTP error") as caught:
        faulty(gone, waits=waits).get("a")
    assert "SECRET" not in str(caught.value)
    assert object_folders.PATIENCE <= sum(waits) < object_folders.PATIENCE + object_folders.LONGEST_WAIT


def test_missing_rights_are_told_at_once() -> None:
    waits: list[float] = []

    def closed(call: str, key: str) -> None:
        raise PermissionDeniedError("403")

    with pytest.raises(Refused, match="no right to write a"):
        faulty(closed, waits=waits).put("a", b"")
    assert waits == []


def test_what_a_store_does_not_offer_is_told_at_once() -> None:
    waits: list[float] = []

    def none(call: str, key: str) -> None:
        raise GenericError("Server returned non-2xx status code: 501 Not Implemented")

    with pytest.raises(StoreError, match=r"could not remove a: .* 501 Not Implemented"):
        faulty(none, waits=waits).delete("a")
    assert waits == []


def test_a_list_goes_on_after_a_fault(folder: ObjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        folder.put(f"done/{number}", b"x")
    whole = [item.key for item in folder.objects("done")]
    real = folder.store

    class Breaks:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def list(self, prefix: str | None, **options: Any) -> Any:
            if not options:
                return real.list(prefix)

            def chunks() -> Any:
                yield real.list(prefix).collect()[:2]
                raise GenericError("HTTP error: broken in the middle")

            return chunks()

    folder.store = Breaks()  # type: ignore[assignment]  # a stand-in
    assert [item.key for item in folder.objects("done")] == whole


@pytest.mark.parametrize("kind", ["overwrites", "races"])
def test_a_store_that_ignores_conditions_is_refused_by_name(kind: str) -> None:
    inner = MemoryStore()
    together = threading.Barrier(object_folders.RACERS)

    class Careless:
        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

        def put(self, key: str, body: Any, **options: Any) -> Any:
            if kind == "overwrites":
                return inner.put(key, body)
            try:
                inner.head(key)
            except FileNotFoundError:
                if body not in (b"first", b"second"):
                    together.wait(10)  # all have looked, and none has written
                return inner.put(key, body)
            return inner.put(key, body, **options)

    store: Any = Careless()
    with pytest.raises(CallError, match="s3://careless: this store ignores conditional puts"):
        refuse_careless(ObjectFolder("s3://careless", store, wait=lambda _: None))


def test_a_careful_store_passes_and_keeps_nothing_of_the_probe(folder: ObjectFolder) -> None:
    refuse_careless(folder)
    assert list(folder.objects()) == []


def test_a_copy_has_its_hash(folder: ObjectFolder, tmp_path: Path) -> None:
    folder.put("a/b.txt", b"text")
    got = folder.fetch("a/b.txt", tmp_path / "copy")
    head = folder.head("a/b.txt")
    assert got is not None and head is not None
    assert (tmp_path / "copy").read_bytes() == b"text"
    assert (got.size, got.etag) == (4, head.etag)
    assert got.sha256 == "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
    assert folder.fetch("a/none", tmp_path / "none") is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://host/a", "ftp://: no such kind of place; there are: s3, gs, az, file"),
        ("s3://key:secret@bucket/a", "credentials do not belong in a URL"),
        ("az://box/a?sig=secret", "credentials do not belong in a URL"),
    ],
)
def test_urls_that_are_refused(url: str, message: str) -> None:
    with pytest.raises(CallError, match=message) as caught:
        object_folders.opened(url)
    assert "secret" not in str(caught.value)


def test_what_an_error_says_holds_no_credential() -> None:
    error = GenericError("PUT https://user:secret@host/box/key?sv=1&sig=secret in 3 s - 503\n\nDebug source: secret")
    assert said(error) == "PUT https://host/box/key in 3 s - 503"
