import pytest

pytest.register_assert_rewrite("outreach.testing")
