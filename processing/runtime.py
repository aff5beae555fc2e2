"""The engine as this process has it: one registry of models, made from the settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from processing.engine.registry import Registry


@cache
def registry() -> Registry:
    return Registry(
        settings.MODELS_DIR, threads=settings.MODEL_THREADS, providers=settings.ONNX_PROVIDERS
    )
