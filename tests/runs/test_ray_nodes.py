"""A Ray cluster of two nodes, one of which is lost in the middle; skipped where Ray is not installed."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest

from extractor.runs import job_status, object_folders
from tests.paths import ROOT
from tests.runs.job_cases import many, results
from tests.runs.test_ray_tasks import needs_ray

DOCUMENTS = 1_500
"""Three shards."""
NODES = """
import json, sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
further = cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(json.dumps(cluster.address), flush=True)
sys.stdin.readline()
cluster.remove_node(further, allow_graceful=False)
print("lost", flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


@needs_ray
@pytest.mark.timeout(900)
def test_a_node_that_is_lost_loses_nothing(tmp_path: Path) -> None:
    many(tmp_path / "in", DOCUMENTS)
    variables = os.environ | {
        "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_USAGE_STATS_ENABLED": "0",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    nodes = subprocess.Popen(
        [sys.executable, "-c", NODES], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert nodes.stdin and nodes.stdout
    try:
        address = nodes.stdout.readline().strip().strip('"')
        command = [sys.executable, "-m", "extractor", "run", "in", "--out", "place", "--on", "ray", "--engine", "rules"]
        run = subprocess.Popen(
            [*command, "--schema", "project_target"], cwd=tmp_path, env=variables | {"RAY_ADDRESS": address},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        place = object_folders.opened(str(tmp_path / "place"))
        while run.poll() is None and not list(place.objects("lease")):
            time.sleep(0.05)
        held = len(list(place.objects("lease")))
        nodes.stdin.write("lose\n")
        nodes.stdin.flush()
        assert nodes.stdout.readline().strip() == "lost"
        told, _ = run.communicate(timeout=600)
    finally:
        with contextlib.suppress(OSError):
            nodes.stdin.write("end\n")
            nodes.stdin.flush()
        nodes.communicate(timeout=120)
    assert run.returncode == 0, told.decode()
    assert held > 0, "the node was lost while shards were held"
    documents = results(place, "documents")
    assert len(documents) == DOCUMENTS
    assert {line["status"] for line in documents} == {"done"}
    assert job_status.status(place, job_status.call_named(place, None)).left == 0
