"""One module an inference library, behind one small protocol."""
