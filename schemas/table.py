"""Any table that no other schema claims: its title, its header row and its rows, so that nothing is dropped."""

from __future__ import annotations

from schemas.fields import Form, printed


class Table(Form):
    """A table as it stands: one text a cell, `None` for an empty one."""

    title: str | None = printed(key=True)
    header: list[str | None] = printed(many=True)
    rows: list[list[str | None]] = printed(many=True)
