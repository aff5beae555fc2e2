"""What is kept of an XMP packet, and what can't be kept of one."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from processing.engine.files import xmp

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMES = {
    "rdf": RDF,
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
}


def packet(attributes: str = "", content: str = "", before: str = "") -> bytes:
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items())
    return (
        f'{before}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {declared}>'
        f'<rdf:Description rdf:about="" {attributes}>{content}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def description(data: bytes) -> ET.Element:
    """The packet's one description, read by another parser than the product's."""
    written = xmp.cleaned(data)
    assert written is not None
    found = ET.fromstring(written).find(f".//{{{RDF}}}Description")
    assert found is not None
    return found


CREATOR = "<dc:creator><rdf:Seq><rdf:li>Zoë &amp; Sons &lt;ltd&gt;</rdf:li></rdf:Seq></dc:creator>"


def test_rights_and_ratings_stay_as_they_were() -> None:
    found = description(packet('xmp:Rating="5" dc:source="a &quot;b&quot; &amp; c"', CREATOR))
    assert found.get(f"{{{NAMES['xmp']}}}Rating") == "5"
    assert found.get(f"{{{NAMES['dc']}}}source") == 'a "b" & c'
    assert found.findtext(f".//{{{RDF}}}li") == "Zoë & Sons <ltd>"


def test_prefixes_stay_as_they_were_and_a_wrapper_is_there() -> None:
    written = xmp.cleaned(packet('xmp:Rating="5"', CREATOR))
    assert written is not None
    text = written.decode()
    assert text.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta ')
    assert text.endswith('</x:xmpmeta>\n<?xpacket end="r"?>')
    assert 'xmp:Rating="5"' in text
    assert "<dc:creator>" in text


@pytest.mark.parametrize(
    "attributes", ['exif:GPSLatitude="52,31.2N"', 'tiff:Orientation="6"', 'hdrgm:Version="1.0"']
)
def test_attributes_that_are_dropped(attributes: str) -> None:
    found = description(packet(f'{attributes} xmp:Rating="5"'))
    assert list(found.attrib) == [f"{{{RDF}}}about", f"{{{NAMES['xmp']}}}Rating"]


@pytest.mark.parametrize(
    "content",
    [
        "<exif:GPSLongitude>13,24E</exif:GPSLongitude>",
        "<tiff:Orientation>6</tiff:Orientation>",
        "<xmp:Thumbnails><rdf:Alt><rdf:li>/9j/4AAQ</rdf:li></rdf:Alt></xmp:Thumbnails>",
        '<hdrgm:GainMapMin xml:lang="en"><rdf:Seq/></hdrgm:GainMapMin>',
    ],
)
def test_elements_are_dropped_with_all_that_is_in_them(content: str) -> None:
    found = description(packet(content=content + CREATOR))
    assert [child.tag for child in found] == [f"{{{NAMES['dc']}}}creator"]


def test_a_place_is_told_by_its_namespace_and_not_by_its_prefix() -> None:
    hidden = '<e:GPSAltitude xmlns:e="http://ns.adobe.com/exif/1.0/">34</e:GPSAltitude>'
    innocent = '<g:GPSMap xmlns:g="https://shop.example/">kept</g:GPSMap>'
    found = description(packet(content=hidden + innocent))
    assert [child.tag for child in found] == ["{https://shop.example/}GPSMap"]


def test_an_attribute_may_have_no_namespace_and_a_language() -> None:
    found = description(packet('xml:lang="de" plain="1"'))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert (found.get(language), found.get("plain")) == ("de", "1")


@pytest.mark.parametrize(("before", "after"), [(b"\xef\xbb\xbf", b""), (b"\n ", b" \n\0\0")])
def test_marks_before_and_padding_behind(before: bytes, after: bytes) -> None:
    found = description(before + packet(content=CREATOR) + after)
    assert found.findtext(f".//{{{RDF}}}li") == "Zoë & Sons <ltd>"


def test_cleaning_twice_changes_nothing() -> None:
    once = xmp.cleaned(packet('xmp:Rating="5"', CREATOR))
    assert once is not None
    assert xmp.cleaned(once) == once


BOMB = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xml",
        b"<open>",
        packet(before=BOMB, content="&b;"),
        packet(before='<!DOCTYPE x SYSTEM "file:///etc/passwd">'),
        packet(content="&undeclared;"),
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        b"<a>\xff\xfe</a>",
        packet(content=f"<dc:title>{'x' * 65_000}</dc:title>"),
        packet() + b" " * (1 << 20),
    ],
)
def test_what_is_refused(data: bytes) -> None:
    assert xmp.cleaned(data) is None


def test_depth_is_no_danger() -> None:
    deep = "<dc:a>" * 4_000 + "</dc:a>" * 4_000
    written = xmp.cleaned(packet(content=deep))
    assert written is not None
    assert written.count(b"<dc:a>") == 4_000
