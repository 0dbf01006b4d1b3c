"""Refusals: every code the shop answers with, its HTTP status, and the error that carries it."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType


class Code(StrEnum):
    """The closed list. Only STORE_UNAVAILABLE promises that the same call may succeed later."""

    # the target stands otherwise than the call needs it
    ALREADY_CANCELLED = "ALREADY_CANCELLED"
    ALREADY_HELD = "ALREADY_HELD"
    ALREADY_SHIPPED = "ALREADY_SHIPPED"
    CARRIER_HAS_PARCEL = "CARRIER_HAS_PARCEL"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    IMPOSSIBLE_SCAN = "IMPOSSIBLE_SCAN"
    LINE_STATE = "LINE_STATE"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE"
    NOTHING_TO_SHIP = "NOTHING_TO_SHIP"
    NOT_CANCELLED = "NOT_CANCELLED"
    NOT_HELD = "NOT_HELD"
    NOT_SUBSTITUTABLE = "NOT_SUBSTITUTABLE"
    NO_CREDIT = "NO_CREDIT"
    NO_STOCK = "NO_STOCK"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    ORDER_EXISTS = "ORDER_EXISTS"
    ORDER_HELD = "ORDER_HELD"
    ORDER_REFUNDED = "ORDER_REFUNDED"
    OVER_CAPTURE = "OVER_CAPTURE"
    OVER_REFUND = "OVER_REFUND"
    OVER_RESHIP = "OVER_RESHIP"
    PAYMENT_VOIDED = "PAYMENT_VOIDED"
    REFUND_CANCELLED = "REFUND_CANCELLED"
    REFUND_SETTLED = "REFUND_SETTLED"
    SHIPMENT_CANCELLED = "SHIPMENT_CANCELLED"
    # what is named is not there
    UNKNOWN_ADDRESS = "UNKNOWN_ADDRESS"
    UNKNOWN_CUSTOMER = "UNKNOWN_CUSTOMER"
    UNKNOWN_LINE = "UNKNOWN_LINE"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    UNKNOWN_PAYMENT = "UNKNOWN_PAYMENT"
    UNKNOWN_REFUND = "UNKNOWN_REFUND"
    UNKNOWN_ROUTE = "UNKNOWN_ROUTE"
    UNKNOWN_SHIPMENT = "UNKNOWN_SHIPMENT"
    UNKNOWN_VARIANT = "UNKNOWN_VARIANT"
    UNKNOWN_WAREHOUSE = "UNKNOWN_WAREHOUSE"
    # the call
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    INVALID_ARGUMENTS = "INVALID_ARGUMENTS"
    INVALID_JSON = "INVALID_JSON"
    KEY_INVALID = "KEY_INVALID"
    KEY_REUSED = "KEY_REUSED"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    TARGET_CHANGED = "TARGET_CHANGED"
    # the credential
    CREDENTIAL_ARGUMENTS = "CREDENTIAL_ARGUMENTS"
    CREDENTIAL_AUDIENCE = "CREDENTIAL_AUDIENCE"
    CREDENTIAL_EXPIRED = "CREDENTIAL_EXPIRED"
    CREDENTIAL_MALFORMED = "CREDENTIAL_MALFORMED"
    CREDENTIAL_MISSING = "CREDENTIAL_MISSING"
    CREDENTIAL_NOT_YET = "CREDENTIAL_NOT_YET"
    CREDENTIAL_SCOPE = "CREDENTIAL_SCOPE"
    CREDENTIAL_SIGNATURE = "CREDENTIAL_SIGNATURE"
    CREDENTIAL_TOOL = "CREDENTIAL_TOOL"
    CREDENTIAL_USED = "CREDENTIAL_USED"
    # the server
    INTERNAL = "INTERNAL"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"


_UNAUTHORIZED = (
    Code.CREDENTIAL_EXPIRED,
    Code.CREDENTIAL_MALFORMED,
    Code.CREDENTIAL_MISSING,
    Code.CREDENTIAL_NOT_YET,
    Code.CREDENTIAL_SIGNATURE,
)
_NOT_CONFLICT = MappingProxyType(
    {
        Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Code.INVALID_ARGUMENTS: HTTPStatus.UNPROCESSABLE_ENTITY,
        Code.INVALID_JSON: HTTPStatus.BAD_REQUEST,
        Code.KEY_INVALID: HTTPStatus.BAD_REQUEST,
        Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
        Code.TARGET_CHANGED: HTTPStatus.PRECONDITION_FAILED,
        Code.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
        Code.OUTCOME_UNKNOWN: HTTPStatus.INTERNAL_SERVER_ERROR,
        Code.STORE_UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


def status_of(code: Code) -> HTTPStatus:
    """The HTTP status that goes with a code; what is in no other class is a conflict."""
    if code in _NOT_CONFLICT:
        return _NOT_CONFLICT[code]
    if code in _UNAUTHORIZED:
        return HTTPStatus.UNAUTHORIZED
    if code.startswith("CREDENTIAL_"):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.NOT_FOUND if code.startswith("UNKNOWN_") else HTTPStatus.CONFLICT


class Refused(Exception):
    """The shop does not do it, and nothing was changed (but see OUTCOME_UNKNOWN)."""

    def __init__(self, code: Code, detail: str, **facts: int | str) -> None:
        """Keep the code, the words and the values that explain them.

        Args:
            code: Why.
            detail: One or two sentences for a person; they repeat identifiers and amounts alone.
            **facts: For programs.
        """
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.facts = facts
