"""One module a stage of the pipeline: how its model is fed, run in batches and read."""
