"""What reports are made of: blocks, words and numbers in two languages, estimates, how figures look."""
