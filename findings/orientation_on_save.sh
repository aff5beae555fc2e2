#!/usr/bin/env bash
# Saving a photo as AVIF or HEIC: what becomes of its Orientation depends on the argument's type.
#
# pillow 13.0.0 (AVIF), pillow-heif 1.8.1 (HEIC)
#
# Guess: save() leaves the Exif object it is given alone, and an Exif object and its bytes mean
# the same.
# Seen, AVIF: Pillow writes the turn into the container and takes Orientation OUT of the caller's
# object. As getexif() hands out the image's own, the next format saved from the same image lacks it
# and exif_transpose() no longer turns that image. JPEG first, AVIF second is fine; the other way
# round the JPEG lies on its side.
# Seen, HEIC: from bytes, pillow-heif writes the turn into the container (irot) and reads the
# picture back upright. From an Exif object it writes no irot, and reading sets Orientation to 1:
# only info["original_orientation"] still tells of the turn. XMP alone that says tiff:Orientation
# makes it write irot as well.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 pillow-heif==1.8.1
"$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
from io import BytesIO

import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP = (
    f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
exif = Image.Exif()
exif[0x0112] = 6  # stored lying, 64 x 32; shown upright, 32 x 64
photo = BytesIO()
Image.new("RGB", (64, 32), "red").save(photo, "JPEG", exif=exif)


def shown(file):
    return ImageOps.exif_transpose(Image.open(file)).size


def saved(image, format, **options):
    file = BytesIO()
    image.save(file, format, **options)
    return file


for formats in (("JPEG", "AVIF"), ("AVIF", "JPEG")):
    image = Image.open(photo)
    sizes = {f: shown(saved(image, f, exif=image.getexif())) for f in formats}
    print(sizes, "then the image itself", ImageOps.exif_transpose(image).size)

lying = Image.new("RGB", (64, 32), "red")
for name, options in (
    ("bytes", {"exif": exif.tobytes()}),
    ("object", {"exif": exif}),
    ("XMP", {"xmp": XMP.encode()}),
):
    file = saved(lying, "HEIF", **options)
    read = Image.open(file)
    told = read.getexif().get(0x0112), read.info["original_orientation"]
    print("HEIC from", name, b"irot" in file.getvalue(), shown(file), *told)
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
{'JPEG': (32, 64), 'AVIF': (32, 64)} then the image itself (64, 32)
{'AVIF': (32, 64), 'JPEG': (64, 32)} then the image itself (64, 32)
HEIC from bytes True (32, 64) 1 6
HEIC from object False (64, 32) 1 6
HEIC from XMP True (32, 64) None 6
END
