"""Folders of objects, on a disk or on object storage: the one place that speaks with stores.

Everything that must be right rests on one operation, *put only if absent* (`put_if_absent`): the object of a name is
made once, whoever tries. `refuse_careless` probes a folder for it. Errors that may pass are tried again for `PATIENCE`
seconds; what an error says never holds a credential.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from uuid import uuid4

from extractor.errors import CallError, StopRun

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

Given = TypeVar("Given")
SCHEMES = ("s3", "gs", "az", "file")
PATIENCE = 300.0
"""Seconds that a request is tried again, with its waits: a store may be gone for a minute, and come back."""
LONGEST_WAIT = 15.0
"""Seconds between two attempts, at most."""
RACERS = 8
"""Threads that race for one name in the probe: some stores refuse a second put, and let a race have two winners."""


class StoreError(StopRun):
    """A store did not answer, or refused; what is finished is kept."""


class Refused(StoreError):
    """The store admits no access with the credentials that there are."""


class Object(NamedTuple):
    """An object: its key in the folder, bytes, ETag without quotes, and when the store says it was written."""

    key: str
    size: int
    etag: str
    modified: datetime


class Fetched(NamedTuple):
    """A copy on the disk: bytes, the SHA-256 of its content, and the ETag of what was copied."""

    size: int
    sha256: str
    etag: str


def is_remote(text: str) -> bool:
    """Whether a path names an object store (`s3://…`) and not a file."""
    return bool(re.match(r"[a-z][a-z0-9+]*://", text))


class ObjectFolder:
    """The objects below one URL. Keys are relative to it, with `/` between their parts."""

    def __init__(self, url: str, store: ObjectStore, wait: Callable[[float], None] = time.sleep) -> None:
        self.url, self.store, self._wait = url, store, wait

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Make the object; False where it is there already. The body must be the caller's own (hold a unique name).

        A request that was tried again may meet its own object: then the body is the same, and it counts as made.
        """
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        def attempt() -> bool:
            try:
                self.store.put(key, body, mode="create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return self._get(key) == body
            return True

        return self._patiently(attempt, f"make {key}")

    def put(self, key: str, body: bytes | Path) -> None:
        """Write an object, whatever was there."""
        self._patiently(lambda: self.store.put(key, body), f"write {key}")

    def get(self, key: str) -> bytes | None:
        """The object's bytes, or None where it is not there."""
        return self._patiently(lambda: self._get(key), f"read {key}")

    def head(self, key: str) -> Object | None:
        """What the store says of an object, or None where it is not there."""
        from obstore.exceptions import NotFoundError

        def attempt() -> Object | None:
            try:
                told = self.store.head(key)
            except (NotFoundError, FileNotFoundError):
                return None
            return _object(told)

        return self._patiently(attempt, f"look at {key}")

    def objects(self, prefix: str = "", after: str = "") -> Iterator[Object]:
        """All objects below a prefix of whole parts, as the store lists them; `after`: where it keeps an order, those
        behind that key."""
        start = after or None
        listing: Iterator[Sequence[Any]] = iter(self.store.list(prefix or None, offset=start, chunk_size=1000))
        seen: Object | None = None
        while True:
            try:
                chunk = next(listing, None)
            except Exception as error:
                self._refuse_final(error, f"list {prefix}")
                # the rest is listed from the start, and what was given is passed over
                listing = iter(self._listed_again(prefix, seen))
                continue
            if chunk is None:
                return
            for told in chunk:
                seen = _object(told)
                yield seen

    def _listed_again(self, prefix: str, seen: Object | None) -> Iterator[Sequence[Any]]:
        whole = self._patiently(lambda: self.store.list(prefix or None).collect(), f"list {prefix}")
        keys = [told["path"] for told in whole]
        start = 0 if seen is None else keys.index(seen.key) + 1 if seen.key in keys else 0
        yield whole[start:]

    def fetch(self, key: str, target: Path) -> Fetched | None:
        """Copy an object to a file, block by block; None where it is not there. Raises `OSError` of the disk."""
        from obstore.exceptions import NotFoundError

        def attempt() -> Fetched | None:
            try:
                got = self.store.get(key)
            except (NotFoundError, FileNotFoundError):
                return None
            digest = hashlib.sha256()
            with target.open("wb") as file:
                for block in got.stream():
                    digest.update(block)
                    file.write(block)
            return Fetched(got.meta["size"], digest.hexdigest(), plain_etag(got.meta["e_tag"]))

        return self._patiently(attempt, f"copy {key}")

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        from obstore.exceptions import NotFoundError

        def attempt() -> None:
            try:
                self.store.delete(key)
            except (NotFoundError, FileNotFoundError):
                return

        self._patiently(attempt, f"remove {key}")

    def _get(self, key: str) -> bytes | None:
        from obstore.exceptions import NotFoundError

        try:
            return bytes(self.store.get(key).bytes())
        except (NotFoundError, FileNotFoundError):
            return None

    def _patiently(self, attempt: Callable[[], Given], what: str) -> Given:
        """The attempt, again and again while the store is out of order."""
        waited, wait = 0.0, 0.5
        while True:
            try:
                return attempt()
            except Exception as error:
                self._refuse_final(error, what)
                if waited >= PATIENCE:
                    raise StoreError(f"{self.url}: could not {what}: {said(error)}") from None
            self._wait(wait)
            waited, wait = waited + wait, min(wait * 2, LONGEST_WAIT)

    def _refuse_final(self, error: Exception, what: str) -> None:
        """Raises what another attempt would not mend."""
        from obstore import exceptions as kinds

        if isinstance(error, kinds.PermissionDeniedError | kinds.UnauthenticatedError | PermissionError):
            raise Refused(
                f"{self.url}: no right to {what}; check the credentials of the store"
                " (and this machine's clock, which some stores compare with theirs)"
            ) from None
        if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
            raise error
        if not isinstance(error, kinds.GenericError | kinds.JoinError | ConnectionError | TimeoutError):
            raise StoreError(f"{self.url}: could not {what}: {said(error)}") from None
        if re.search(r"NoSuchBucket|ContainerNotFound|status code: (40[0135]|404|501)", str(error)):
            raise StoreError(f"{self.url}: could not {what}: {said(error)}") from None


def opened(url: str) -> ObjectFolder:
    """The folder of a URL (`s3://BUCKET/PREFIX`, `gs://…`, `az://CONTAINER/PREFIX`) or of a path, made if need be."""
    scheme = url.partition("://")[0] if is_remote(url) else "file"
    if scheme not in SCHEMES:
        raise CallError(f"{scheme}://: no such kind of place; there are: {', '.join(SCHEMES)}, and paths of this disk")
    from obstore.store import LocalStore, from_url

    if scheme == "file":
        path = Path(url.removeprefix("file://")).absolute()
        try:
            return ObjectFolder(str(path), LocalStore(path, mkdir=True))
        except Exception as error:
            raise CallError(f"{path}: cannot be used as a place: {said(error)}") from None
    if "@" in url.partition("://")[2].partition("/")[0] or "?" in url:
        raise CallError(f"{scheme}://…: credentials do not belong in a URL; give them the store's usual way")
    retry = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}  # the waits beyond that are our own
    try:
        return ObjectFolder(url, from_url(url.rstrip("/"), retry_config=retry))  # type: ignore[call-overload]  # a typed dict of theirs
    except Exception as error:
        raise CallError(f"{url}: cannot be used as a place: {said(error)}") from None


def refuse_careless(folder: ObjectFolder) -> None:
    """Raises `CallError` where the store does not keep to *put only if absent*: one wins, all others are refused."""
    key = f"probe/{uuid4().hex}"
    try:
        made = folder.put_if_absent(key, b"first"), folder.put_if_absent(key, b"second")
        if made != (True, False) or folder.get(key) != b"first":
            raise CallError(_CARELESS.format(folder.url))
        race = f"probe/{uuid4().hex}"
        with ThreadPoolExecutor(RACERS) as threads:
            won = list(threads.map(lambda number: folder.put_if_absent(race, b"%d" % number), range(RACERS)))
        if won.count(True) != 1 or folder.get(race) != b"%d" % won.index(True):
            raise CallError(_CARELESS.format(folder.url))
        folder.delete(race)
    except StoreError as error:
        raise CallError(str(error)) from None
    folder.delete(key)


_CARELESS = (
    "{}: this store ignores conditional puts (If-None-Match), so two workers could both win; use one that honours them"
)


def plain_etag(etag: object) -> str:
    """An ETag without quotes: some stores list it with them and some without."""
    return str(etag or "").removeprefix("W/").strip('"')


def said(error: BaseException) -> str:
    """What an error of a store says, on one line, without the query of a URL (which may be a signature)."""
    first = str(error).strip().partition("\n")[0]
    return re.sub(r"(\w+://)[^/\s@]*@", r"\1", re.sub(r"\?\S*", "", first))


def _object(told: ObjectMeta) -> Object:
    return Object(told["path"], told["size"], plain_etag(told["e_tag"]), told["last_modified"])
