"""The kinds of study, a file each."""
