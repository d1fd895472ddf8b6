"""Holding the model against what was observed: targets, the fit to them, back-tests. See README.md."""
