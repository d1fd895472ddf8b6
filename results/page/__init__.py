"""What every report is made of: blocks, words and numbers in two languages, figures' style, the page and its tables."""
