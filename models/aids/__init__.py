"""The reading aids: each file helps with one kind of text that the reference reads badly or not at all."""
