"""Whole sites under conditions that nobody wishes for: minutes each, so not part of the suite.

`make torture` runs all of them, `make torture ARGS="kills --seed 7"` one.
"""
