"""Files for marketplaces, made row by row while they are sent."""

from listings.exports.files import FORMATS, Format, Wanted, export

__all__ = ["FORMATS", "Format", "Wanted", "export"]
