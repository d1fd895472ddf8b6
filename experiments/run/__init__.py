"""Runs carried out: one seed after another or on Ray, kept as they end, resumed after a stop."""
