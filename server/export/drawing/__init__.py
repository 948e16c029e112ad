"""Pictures of what was read: lines, texts and boxes drawn over a page."""
