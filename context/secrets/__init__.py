"""Keys and passwords in texts: found before a text is first packed, and kept out of prompts."""
