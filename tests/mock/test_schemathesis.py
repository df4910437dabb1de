"""Requests that schemathesis draws from the document, in process: answered as documented, never with a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from enphase_cloud.mock import create_app
from enphase_cloud.mock.document import load
from enphase_cloud.mock.handlers import SERVED

from .playing import AUTH, NOW, service_of

APP = create_app(homes=6, clock=NOW)
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(load().raw)))
SCHEMA.app = APP
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize("name", sorted(SERVED))
def test_drawn_requests(name: str) -> None:
    # half of the calls go to a home that exists
    homes = st.sampled_from([*service_of(APP).system_ids, *[None] * 6])

    @settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(case=SCHEMA.find_operation_by_id(name).as_strategy(), home=homes)
    def check(case: Case[Any], home: int | None) -> None:
        if home is not None and "system_id" in case.path_parameters:
            case.path_parameters["system_id"] = home
        case.validate_response(case.call(headers=AUTH), checks=CHECKS)

    check()
    assert 200 in {call.status for call in service_of(APP).calls(name)}
