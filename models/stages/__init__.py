"""The stages of the pipeline, one module each: they feed their model, run it in batches and read its output."""
