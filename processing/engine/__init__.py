"""The engine: picture bytes in, picture bytes out, and nothing of the web in between.

Plain Python on NumPy, OpenCV, Pillow, MNN, ONNX Runtime and rembg's matting sessions. It knows no
Django, no settings and no database, so that it can be measured, tested and reused on its own::

    from pathlib import Path
    from processing.engine.render_cutout import render
    from processing.engine.plans.cutout import CutoutPlan
    from processing.engine.networks.registry import Registry

    models = Registry(Path("var/models"), threads=2)
    result = render(photo_bytes, CutoutPlan(format="png"), models)
    Path("cutout.png").write_bytes(result.data)

Everywhere inside: color pictures are ``uint8`` arrays of shape (height, width, 3) in sRGB, in the
order red, green, blue; an alpha channel is a ``uint8`` array (height, width), 255 meaning opaque;
a matte is a ``float32`` array (rows, columns) from 0 to 1 on the grid of the model that made it.

Threads: OpenCV keeps one pool per process, whose size :class:`~processing.engine.networks.registry.Registry`
sets to the same number of threads that it gives ONNX Runtime. Run one picture at a time in a process
and grow by adding processes; two pictures in two threads only take the cores from each other.
"""

# What a job's report names. Nobody has to raise it for a stored result not to be taken for one of a
# newer engine: `versions` sees that by the code itself. As this file is part of everything, raising it
# makes everything anew.
ENGINE_VERSION = 3
