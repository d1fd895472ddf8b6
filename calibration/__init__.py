"""Fitting the model to what was observed. Not there yet: see README.md."""
