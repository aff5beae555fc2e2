"""What photos show: category, colors, text, brand, size, material, and how good the photos are.

Plain Python beside the engine, on NumPy, OpenCV and ONNX Runtime: no Django, no settings, no
database, and nothing leaves the machine. The one door is `listings.recognition.recognise`.
"""
