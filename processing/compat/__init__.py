"""Other services' APIs, spoken by this one: one package each.

A dialect translates and never decides: it reads its vendor's parameters, builds the commands that
the native API builds, and answers in its vendor's words and shapes.
"""
