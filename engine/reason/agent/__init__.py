"""Agent: the model picks its next tool until it is done; code holds the bounds.

Pure: the next move follows from the task and the journal alone. Nothing here calls a model or a
tool, and nothing here is what keeps anybody safe: policy judges every write.
"""
