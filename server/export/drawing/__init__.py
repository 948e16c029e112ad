"""Pictures of results: lines, texts and boxes drawn over a page."""
