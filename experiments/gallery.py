"""Where the gallery was: says its new name, for one version."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    print("python -m experiments.gallery is now: python -m experiments.tools.gallery", file=sys.stderr)
    sys.exit(2)
