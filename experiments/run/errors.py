"""Errors of a run that are nobody's input, for the command to turn into one message."""

from __future__ import annotations


class BackendError(RuntimeError):
    """The processes that were to do the work cannot be started, or are gone; the message says what to do."""
