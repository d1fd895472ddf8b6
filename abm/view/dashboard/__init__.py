"""The page in the browser (`cradle app`): only the command imports it, and nothing in it is compiled."""
