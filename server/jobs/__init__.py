"""Work that outlives the request that asked for it: kept, queued, run, and forgotten after its time."""
