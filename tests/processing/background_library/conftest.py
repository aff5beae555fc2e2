"""The library of backgrounds is tested with the sellers and pictures of the media library."""

from __future__ import annotations

from tests.media_library.conftest import (
    account as account,
)
from tests.media_library.conftest import (
    api as api,
)
from tests.media_library.conftest import (
    other_account as other_account,
)
from tests.media_library.conftest import (
    picture as picture,
)
from tests.media_library.conftest import (
    row as row,
)
from tests.media_library.conftest import (
    seller as seller,
)
from tests.media_library.conftest import (
    stored as stored,
)
from tests.media_library.conftest import (
    strangers_api as strangers_api,
)
from tests.media_library.conftest import (
    upload as upload,
)
