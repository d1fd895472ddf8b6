"""Debian's Chromium and a Chinese font for tests in a browser: found, or installed where apt is there for us."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MINUTES = 10


class NotHereError(Exception):
    """Something that a test in a browser needs is not on this machine and cannot be put there."""


def chromium(lock: Path) -> str:
    """Path of a Chromium that starts, installed with apt if there is none. NotHereError says why there is none."""
    found = _that_starts()
    if found is None:
        _install("chromium", lock)
        found = _that_starts()
    if found is None:
        raise NotHereError("apt was asked for the package chromium, and still no Chromium starts")
    return found


def chinese_font(lock: Path) -> None:
    """See to it that some font has Chinese characters. NotHereError says why none has."""
    if not _has_chinese():
        _install("fonts-noto-cjk", lock)
    if not _has_chinese():
        raise NotHereError("apt was asked for the package fonts-noto-cjk, and still no font has Chinese characters")


def _that_starts() -> str | None:
    """The first Chromium on the path that says its version: some systems have a name that only points to a shop."""
    for name in NAMES:
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0:
            return path
    return None


def _has_chinese() -> bool:
    """Whether fontconfig knows a font for Chinese; where there is no fontconfig the system has its own fonts."""
    if shutil.which("fc-list") is None:
        return shutil.which("apt-get") is None
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, timeout=60, check=False)
    return bool(listed.stdout.strip())


def _install(package: str, lock: Path) -> None:
    """Install a Debian package, one process at a time. NotHereError where that is not ours to do or does not work."""
    from experiments.run.compiled_once import one_at_a_time

    apt, root = shutil.which("apt-get"), getattr(os, "geteuid", lambda: 1)() == 0
    if apt is None or not root:
        raise NotHereError(f"{package} is not installed; it is only installed by itself where apt is there, for root")
    settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", package]
    with one_at_a_time(lock):
        for command in ([apt, "update", "-qq"], install):
            try:
                done = subprocess.run(
                    command, env=settings, capture_output=True, text=True, timeout=60 * MINUTES, check=False
                )
            except subprocess.TimeoutExpired:
                raise NotHereError(f"{package}: apt-get did not end within {MINUTES} minutes") from None
            if done.returncode != 0 and command == install:
                last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
                raise NotHereError(f"{package} cannot be installed: {last}")
