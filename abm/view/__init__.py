"""For people who look: one household in words, and the page in the browser. Never used in a run."""
