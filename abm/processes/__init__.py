"""What happens in a month, one idea a file; the order is in :mod:`abm.month`."""
