"""Five calls by a client that openapi-python-client has generated."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from typing import TypeVar

from packshot_client import AuthenticatedClient
from packshot_client.api.batch import batch_create, batch_download_retrieve, batch_retrieve
from packshot_client.api.images import (
    images_create,
    images_list,
    images_tools_edit_create,
)
from packshot_client.models import (
    BatchBodyRequest,
    DocumentedEditBodyRequest,
    EditPlan,
    Error,
    ImageUploadRequest,
    Layout,
    OperationEnum,
)
from packshot_client.types import File

Answer = TypeVar("Answer")


def answered(answer: Answer | Error | None) -> Answer:
    """What was asked for, and not one of the documented refusals."""
    assert answer is not None
    assert not isinstance(answer, Error), answer
    return answer


client = AuthenticatedClient(base_url=os.environ["SITE"], token=os.environ["API_KEY"], timeout=60)

photo = File(
    io.BytesIO(Path(os.environ["PHOTO"]).read_bytes()), file_name="hat.jpg", mime_type="image/jpeg"
)
uploaded = images_create.sync(client=client, body=ImageUploadRequest(file=photo))
uploaded = answered(uploaded)
image = uploaded.data
assert not isinstance(image, list)
assert (image.name, image.format_) == ("hat.jpg", "jpeg"), image

edit = EditPlan(layout=Layout(size="200x100", padding="10%"))
edited = images_tools_edit_create.sync(
    client=client, body=DocumentedEditBodyRequest(image_id=image.id, edit=edit)
)
edited = answered(edited)
assert edited.data.original_image_id == image.id

page = images_list.sync(client=client, page_size=1)
page = answered(page)
assert (page.data.page_size, len(page.data.items)) == (1, 1)

wrong = images_list.sync(client=client, page_size=101)
assert isinstance(wrong, Error), wrong
assert wrong.code == "VALIDATION_ERROR"

body = BatchBodyRequest(image_ids=[image.id], operation=OperationEnum.REMOVE_BACKGROUND)
batch = batch_create.sync(client=client, body=body)
batch = answered(batch)
for _ in range(600):
    state = batch_retrieve.sync(client=client, batch_id=batch.data.batch_id)
    state = answered(state)
    if state.data.progress == 100:
        break
    time.sleep(0.1)
archive = batch_download_retrieve.sync(client=client, batch_id=batch.data.batch_id)
assert isinstance(archive, File), archive
print("python:", zipfile.ZipFile(archive.payload).namelist())
