"""Autoenhance's API, so that a client of theirs works here once its base address and key are changed.

All of it lives below ``/compat/autoenhance/v3``. Its ids are bare UUIDs of rows of their own
(processing.models.room_orders), not those of the pictures behind them.
"""
