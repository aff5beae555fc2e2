"""Cropedly's Image Processing API, at ``/compat/cropedly``: sign in, enhance images, keep reference images.

Its document says little of what the answers look like; where it says nothing, docs/migrating.md does.
"""
