"""Kinds of documents: each file draws one kind and writes down what is true of it."""
