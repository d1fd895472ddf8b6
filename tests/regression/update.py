"""Write `baseline.yaml` anew with `python -m tests.regression.update`; says what moved."""

from __future__ import annotations

from abm.city.loading import load_city
from abm.model import FamilyModel
from tests.regression.baseline import FILE, figures_of_run, load_baseline, text_of


def main() -> None:
    """Run toytown, print old and new figures side by side, and keep the new ones."""
    figures = figures_of_run(FamilyModel(load_city("toytown"), scale=1.0, seed=1))
    before = load_baseline() if FILE.exists() else {}
    moved = 0
    for name, value in figures.items():
        old = before[name].value if name in before else float("nan")
        change = "" if name in before and abs(value - old) <= before[name].tolerance else "  moved"
        moved += bool(change)
        print(f"{name:<22}{old:>14.6g}{value:>14.6g}{change}")
    FILE.write_text(text_of(figures), encoding="utf-8")
    if moved:
        print(f"{moved} figures moved. Add a line with **results move** to CHANGELOG.md: what moved, and why.")


if __name__ == "__main__":
    main()
