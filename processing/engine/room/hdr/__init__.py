"""Exposure brackets of one view become one picture: put in order, aligned, cleared of what moved, fused."""
