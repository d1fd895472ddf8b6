"""The page in the browser (`cradle app`). Of the rest only the command and
`experiments/context/context.py` (where counties stand on a map) import it, and nothing here is compiled."""
