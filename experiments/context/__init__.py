"""What a report needs from elsewhere, written into the run folder: labels, evidence, observations, the fit."""
