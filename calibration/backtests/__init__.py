"""Experiments whose outcome is known, lived through in the model and held against the evidence."""
