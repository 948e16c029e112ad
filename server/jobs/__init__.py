"""Jobs: work that outlives the request that submitted it. Jobs are kept, queued, run, and deleted after their time."""
