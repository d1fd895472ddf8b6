"""Experiments: a config becomes a design, a design becomes runs, runs become a run folder."""
