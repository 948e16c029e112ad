"""One module a kind of measurement. Each fills in a `benchmarks.store.Slice`, all sides interleaved."""
