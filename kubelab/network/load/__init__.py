"""What a load of requests is made of: its numbers, its plan, its connections and its record.

A load sends thousands of requests a second. Between two things that happen in the cluster all of them may only end in
a few ways: the plan finds these ways once, by walking a request through the cluster with each outcome of the dice, and
arithmetic spreads the requests over them. Each request has random numbers of its own that depend on nothing but its
number, so it ends the same whether it is reckoned or sent one by one.
"""
