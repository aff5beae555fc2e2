"""The native API's manners: envelope, errors, strict input, paging, schema.

Django REST framework reads its settings while ``rest_framework.views`` is still loading, so the
modules named there (renderers, errors, parsers) must not import views or drf_spectacular.
"""
