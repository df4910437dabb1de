"""What every call goes through, whoever answers it: faults, methods, the journal, delivery."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from enphase_cloud.mock.accounts import Caller
from enphase_cloud.mock.delivery import Delivery, deliver, read_body
from enphase_cloud.mock.document import Operation
from enphase_cloud.mock.journal import Call, without_secrets
from enphase_cloud.mock.quota import Charge
from enphase_cloud.mock.replies import RefusedError, Reply, Stream, refusal, with_json_errors
from enphase_cloud.mock.service import Service

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
MAX_BODY = 1_000_000


class Seen:
    """What a call turned out to be."""

    def __init__(self) -> None:
        self.caller: Caller | None = None
        self.charge = Charge(counted=False, usd=0.0)
        self.refused_by: str | None = None


class Endpoint(ABC):
    """The operations of one path by method; without any, every path that nobody answers."""

    def __init__(self, service: Service, operations: Mapping[str, Operation]) -> None:
        self._service = service
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, and note it."""
        if scope["type"] != "http":
            return
        service, request = self._service, Request(scope, receive)
        operation = self._operations.get(request.method)
        body = await read_body(receive, MAX_BODY)
        if body is None:
            return
        with service.clock.held() as now:
            delivery = self._noted(request, body, operation, now)
        await deliver(delivery, scope, receive, send, service.options.sleep)

    def _noted(self, request: Request, body: bytes, operation: Operation | None, now: float) -> Delivery:
        """What goes out, once the journal has it."""
        service, name, seen = self._service, self.called(operation), Seen()
        fault = service.faults.take(name)
        if fault is None:
            delivery = Delivery(reply=self._reply(request, body, operation, seen))
        else:
            reply = None
            if fault.answered:
                reply = self._reply(request, body, operation, seen)
            elif operation is not None and fault.free:
                with suppress(RefusedError):
                    seen.caller = self.recognise(request)
            elif operation is not None and not fault.unseen:
                self.admit(request, operation, seen)
            plan = None if seen.caller is None else seen.caller.plan
            delivery = fault.spoil(reply, operation, now, plan)
        if "live_json_errors" in service.settings.quirks:
            delivery = replace(delivery, reply=with_json_errors(delivery.reply))
        service.journal.record(
            Call(
                at=now,
                method=request.method,
                path=request.scope["path"],
                query=without_secrets(request.query_params),
                operation=name,
                status=delivery.status,
                **({} if seen.caller is None else seen.caller.names()),
                counted=seen.charge.counted,
                refused_by=seen.refused_by,
                charge_usd=seen.charge.usd,
                fault=None if fault is None else fault.name,
            )
        )
        return delivery

    @abstractmethod
    def answer(self, request: Request, body: bytes, operation: Operation, seen: Seen) -> Reply | Stream:
        """What `operation` says to this request."""

    def called(self, operation: Operation | None) -> str | None:
        """What the journal calls it, and what faults are ordered for."""
        return None if operation is None else operation.operation_id

    def recognise(self, request: Request) -> Caller | None:
        """Who calls, where that matters. Raises RefusedError (401)."""
        return None

    def admit(self, request: Request, operation: Operation, seen: Seen) -> Reply | None:
        """Note in `seen` who calls, and count it; what refuses the call, if anything does."""
        seen.caller = self.recognise(request)
        return None

    def _reply(
        self, request: Request, body: bytes, operation: Operation | None, seen: Seen
    ) -> Reply | Stream:
        if not self._operations:
            return refusal(None, RefusedError(404, f"No operation at {request.scope['path']}"))
        if operation is None:
            known = next(iter(self._operations.values()))
            allowed = {"allow": ", ".join(self._operations)}
            unheard_of = request.method not in METHODS and known.media(501) is not None
            return refusal(known, RefusedError(501 if unheard_of else 405, headers=allowed))
        return self.answer(request, body, operation, seen)
