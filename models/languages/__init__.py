"""The languages and scripts that each recogniser reads."""
