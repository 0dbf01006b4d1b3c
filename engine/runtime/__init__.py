"""Runtime: the worker and the pipeline, the only place where the stages meet."""
