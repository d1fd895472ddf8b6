"""The page in the browser (`cradle app`). Nothing else imports it, and nothing here is compiled."""
