"""What viewers are told of panoramas: read from files as cameras write them, and told on."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from PIL import Image

from processing.engine.files import gpano

NAMESPACE = "http://ns.google.com/photos/1.0/panorama/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SIZE = (400, 200)
PROPERTIES = {
    "UsePanoramaViewer": "True",
    "ProjectionType": "equirectangular",
    "PoseHeadingDegrees": "350.50",
    "InitialViewPitchDegrees": "-0.0",
    "CroppedAreaImageWidthPixels": "400",
    "CroppedAreaImageHeightPixels": "200",
    "FullPanoWidthPixels": "400",
    "FullPanoHeightPixels": "200",
    "CroppedAreaLeftPixels": "0",
    "CroppedAreaTopPixels": "0",
}


def packet(*, as_elements: bool = False, extra: str = "", **changed: str) -> bytes:
    told = {name: value for name, value in (PROPERTIES | changed).items() if value}
    written = (
        "".join(f"<GPano:{name}>{value}</GPano:{name}>" for name, value in told.items())
        if as_elements
        else ""
    )
    attributes = "" if as_elements else " ".join(f'GPano:{n}="{v}"' for n, v in told.items())
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}" '
        f'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:GPano="{NAMESPACE}">'
        f'<rdf:Description rdf:about="" exif:GPSLatitude="52,31.2N" '
        f'GPano:StitchingSoftware="Theta" {attributes}>{written}{extra}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def picture(xmp: bytes | None, *, format: str = "JPEG", size: tuple[int, int] = SIZE) -> bytes:
    out = BytesIO()
    more = {} if xmp is None else {"xmp": xmp}
    Image.new("RGB", size, (90, 120, 140)).save(out, format, **more)
    return out.getvalue()


def properties(packet: bytes) -> dict[str, str]:
    """What a packet tells, read by another parser than the product's."""
    found = ET.fromstring(packet.strip()).find(f".//{{{RDF}}}Description")
    assert found is not None
    return {
        name.removeprefix(f"{{{NAMESPACE}}}"): value
        for name, value in found.attrib.items()
        if name.startswith(f"{{{NAMESPACE}}}")
    }


@pytest.mark.parametrize("as_elements", [False, True])
@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_what_a_file_tells_is_told_on_word_for_word(as_elements: bool, format: str) -> None:
    told = gpano.told_by(picture(packet(as_elements=as_elements), format=format))
    assert told is not None
    assert told.is_whole_turn
    assert properties(told.packet(SIZE)) == PROPERTIES
    assert b"GPS" not in told.packet(SIZE)


def test_lengths_follow_the_results_size() -> None:
    told = gpano.told_by(picture(packet(FullPanoHeightPixels="220", CroppedAreaTopPixels="10")))
    assert told is not None
    larger = properties(told.packet((1600, 800)))
    assert (larger["FullPanoWidthPixels"], larger["FullPanoHeightPixels"]) == ("1600", "880")
    assert (larger["CroppedAreaTopPixels"], larger["CroppedAreaLeftPixels"]) == ("40", "0")
    assert larger["PoseHeadingDegrees"] == "350.50"


def test_a_part_of_the_turn_is_told_from_all_of_it() -> None:
    told = gpano.told_by(picture(packet(FullPanoWidthPixels="900")))
    assert told is not None
    assert not told.is_whole_turn
    silent = gpano.told_by(picture(packet(FullPanoWidthPixels="", CroppedAreaImageWidthPixels="")))
    assert silent is not None
    assert silent.is_whole_turn


@pytest.mark.parametrize(
    "xmp",
    [
        None,
        b"",
        b"<x:xmpmeta",
        packet(ProjectionType="cylindrical"),
        packet(ProjectionType=""),
        packet(ProjectionType="equirectangular" + " " * 40),
        b'<!DOCTYPE x [<!ENTITY a "b">]>' + packet(),
    ],
)
def test_other_files_tell_nothing(xmp: bytes | None) -> None:
    assert gpano.told_by(picture(xmp)) is None


def test_numbers_that_are_none_do_no_harm() -> None:
    told = gpano.told_by(
        picture(
            packet(
                CroppedAreaImageWidthPixels="0",
                FullPanoWidthPixels="1e9",
                FullPanoHeightPixels="-5",
                CroppedAreaTopPixels="&quot;&lt;",
            )
        )
    )
    assert told is not None
    assert told.is_whole_turn
    assert properties(told.packet((800, 400)))["CroppedAreaTopPixels"] == '"<'


def test_a_file_that_is_no_picture_tells_nothing() -> None:
    assert gpano.told_by(b"no picture") is None


def test_a_whole_sphere_is_told_of_by_its_size() -> None:
    told = gpano.whole(SIZE)
    assert gpano.told_by(picture(told.packet(SIZE))) == told
    assert properties(told.packet(SIZE))["FullPanoHeightPixels"] == "200"
