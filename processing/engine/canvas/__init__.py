"""Laying out: geometry, resampling, fills, outlines and blending on one canvas."""
