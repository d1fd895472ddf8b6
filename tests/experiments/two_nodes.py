"""A sweep on a real Ray cluster of two nodes that loses a worker and then a node; run in a network of its own.

``unshare -rn python -m tests.experiments.two_nodes CONFIG OUT`` prints what happened as one JSON line. In a network
namespace with nothing but its loopback, every address is 127.0.0.1 and no other cluster can be met.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any

import ray
from ray.cluster_utils import Cluster

from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study

QUICK_TO_NOTICE = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 2,
}


def raise_loopback() -> None:
    """Bring up ``lo``, which a new network namespace has switched off."""
    get_flags, set_flags, up = 0x8913, 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14s", b"lo", 0, b"")
        flags = struct.unpack("16sh14s", fcntl.ioctl(any_socket, get_flags, request))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14s", b"lo", flags | up, b""))


def busy_workers() -> list[int]:
    """Processes that are running a batch (Ray names a process after its task)."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and (entry / "cmdline").read_bytes().startswith(b"ray::_run_batch"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class Unlucky(LineReporter):
    """Kills a worker after some runs, and stops a node after some more."""

    def __init__(self, cluster: Any, node: Any) -> None:
        super().__init__()
        self.cluster, self.node = cluster, node
        self.ended = 0
        self.happened: list[str] = []

    def run_done(self, failed: bool = False) -> None:
        """One more run."""
        super().run_done(failed)
        self.ended += 1
        if self.ended >= 3 and not self.happened:
            victims = busy_workers()
            if victims:
                os.kill(victims[0], signal.SIGKILL)
                self.happened.append("worker killed")
        elif self.ended >= 8 and len(self.happened) == 1:
            self.cluster.remove_node(self.node, allow_graceful=False)
            self.happened.append("node stopped")


def main(config: str, out: str) -> None:
    """Serial, then on two nodes with losses; what came of both."""
    began = time.monotonic()
    raise_loopback()
    study = read_study(config)
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, "_system_config": QUICK_TO_NOTICE},
    )
    node = cluster.add_node(num_cpus=1)
    folder, design = start_run(study, Path(out))
    reporter = Unlucky(cluster, node)
    try:
        failures = execute(study, folder, design, reporter, address=cluster.address)
    finally:
        ray.shutdown()
        cluster.shutdown()
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"happened": reporter.happened, "failures": failures, "folder": str(folder.path), "s": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
