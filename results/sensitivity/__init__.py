"""Reports of sweeps and sensitivity studies: which measures move an outcome, and how firm the order is."""
