"""Runs: a model's reasoning about a case, step by step, each step durable before the next.

`reasoners` says who may reason where, `beginning` makes a run, `dispatch` claims due ones for a
bounded number of threads, `runner` takes one as far as it goes. What a move means is performed by
`questions` (a model is asked), `looking_up` (a tool is read), `putting` (a call is put before
policy, or a recommendation handed over) and `endings`. The journal is `journal`'s to write.
"""
