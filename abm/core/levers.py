"""What lever files say that arrays are laid out by: which levers move money, and which ones couples must hear of."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from policies.catalogue import load_catalogue

_LEVERS = load_catalogue().levers

LEDGER_LEVERS = tuple(name for name, lever in _LEVERS.items() if lever.books_money)
"""Levers that move money, in the order of the ledger's first axis: those with payers."""
LEDGER: Any = namedtuple("LEDGER", LEDGER_LEVERS)(*range(len(LEDGER_LEVERS)))  # type: ignore[misc]
"""Place of each of them by its name, for compiled code: ``LEDGER.birth_grant``."""
HEARD_OF = tuple(name for name, lever in _LEVERS.items() if lever.gives_when)
"""Levers that couples count on as far as they have heard of them."""
AWARE_DTYPE = np.dtype([(name, np.float64) for name in HEARD_OF])
"""A share by each of their names, for compiled code: ``aware[0].birth_grant``."""
PLACE_LEVERS = ("nursery_places", "nursery_classes", "workplace_nurseries")
"""Levers that add places for children under three; nursery classes for those of 24 to 35 months only."""
