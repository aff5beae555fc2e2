"""What a claimed job makes: cutouts, edits, previews of edits, and the masks that they are made by."""
