"""What is computed from runs: effects paired by seed, births split, indices, effects of one measure alone."""
