"""Files for marketplaces, made row by row while they are sent."""

from listings.exports.files import export
from listings.exports.format import ExportRequest, Format
from listings.exports.formats import all_formats

__all__ = ["ExportRequest", "Format", "all_formats", "export"]
