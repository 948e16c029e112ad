"""Results in other forms: text, Markdown, files and pictures."""
