"""The batch endpoints of the fault server: files, batches, results."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.fault_server import Faults, Step, completion, error


def handle(faults: Faults, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[Step, bytes]:
    """The answer to one request that is no chat completion."""
    path = path.split("?")[0]
    if method == "POST" and path.endswith("/files"):
        return _ok(_upload(faults, headers, body))
    if method == "POST" and path.endswith("/batches"):
        return _ok(_create(faults, json.loads(body)))
    if method == "GET" and path.endswith("/batches"):
        return _ok({"object": "list", "data": list(faults.batches.values()), "has_more": False})
    if method == "GET" and path.endswith("/content"):
        return Step(), faults.files[path.split("/")[-2]]
    if method == "GET" and "/batches/" in path:
        return _ok(_retrieve(faults, path.rsplit("/", 1)[-1]))
    if method == "GET" and path.endswith("/models"):
        return _ok({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]})
    return Step(status=404), error(f"no such path: {method} {path}")


def _ok(value: dict[str, Any]) -> tuple[Step, bytes]:
    return Step(), json.dumps(value, ensure_ascii=False).encode()


def _upload(faults: Faults, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    boundary = re.search(r"boundary=(\S+)", headers["content-type"])
    if boundary is None:
        raise ValueError("no boundary")
    parts = body.split(b"--" + boundary[1].encode())
    data = next(p.split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n", 1)[0] for p in parts if b"filename=" in p)
    ident = f"file-{len(faults.files)}"
    faults.files[ident] = data
    about = {"created_at": 1, "filename": "f", "purpose": "batch", "status": "processed"}
    return {"id": ident, "object": "file", "bytes": len(data), **about}


def _create(faults: Faults, asked: dict[str, Any]) -> dict[str, Any]:
    ident = f"batch-{len(faults.batches)}"
    faults.batches[ident] = {
        "id": ident, "object": "batch", "endpoint": asked["endpoint"], "input_file_id": asked["input_file_id"],
        "completion_window": "24h", "status": "validating", "created_at": 1, "metadata": asked.get("metadata"),
        "output_file_id": None, "error_file_id": None,
    }  # fmt: skip
    return faults.batches[ident]


def _retrieve(faults: Faults, ident: str) -> dict[str, Any]:
    """A batch goes on by one state each time that someone looks: validating, in_progress, completed."""
    batch = faults.batches[ident]
    if batch["status"] == "in_progress":
        _finish(faults, batch)
    elif batch["status"] == "validating":
        batch["status"] = "in_progress"
    return batch


def _finish(faults: Faults, batch: dict[str, Any]) -> None:
    good: list[str] = []
    bad: list[str] = []
    for line in faults.files[batch["input_file_id"]].decode().splitlines():
        entry = json.loads(line)
        step = faults.respond(entry["body"]) if faults.respond else faults.script[0]
        body = completion(entry["body"], step) if step.status == 200 else error(step.fault, step.code)
        response = {"status_code": step.status, "body": json.loads(body)}
        own = {"custom_id": entry["custom_id"], "response": response, "error": None}
        if step.fault != "lost":
            (good if step.status == 200 else bad).append(json.dumps(own, ensure_ascii=False))
    batch["status"] = "completed"
    for name, lines in (("output_file_id", good), ("error_file_id", bad)):
        if lines:
            batch[name] = f"file-{len(faults.files)}"
            faults.files[batch[name]] = "\n".join(lines).encode()
