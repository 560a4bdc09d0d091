"""Asking the API for the status of targets: all pages of it, and again only what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.paths import path_of
from gitmoxi_gmctl.status.replies import StatusPage, TargetDetails

Query = Mapping[str, str | int | None]

_LARGEST_PAGE = 1000


class StatusAsker:
    """Asks again and again; answers that have not changed are not sent."""

    def __init__(self, api: ApiClient, query: Query, number: int | None) -> None:
        self._api = api
        self._query = query
        self._number = number
        self._tag: str | None = None
        self._known: StatusPage | None = None

    def all(self) -> StatusPage:
        """The targets that match, at most ``number``, as one page."""
        limit = min(self._number or _LARGEST_PAGE, _LARGEST_PAGE)
        query = {**self._query, "limit": limit}
        response = self._api.get("/v1/status", query=query, etag=self._tag)
        if response.status_code == HTTPStatus.NOT_MODIFIED and self._known is not None:
            return self._known
        page = self._api.read(StatusPage, response)
        complete = page.cursor is None or (self._number or limit + 1) <= limit
        self._tag = response.headers.get("ETag") if complete else None
        self._known = page if complete else self._with_other_pages(page, query)
        return self._known

    def _with_other_pages(self, page: StatusPage, query: Query) -> StatusPage:
        found, cursor = list(page.targets), page.cursor
        while cursor is not None and (self._number is None or len(found) < self._number):
            response = self._api.get("/v1/status", query={**query, "cursor": cursor}, etag=None)
            following = self._api.read(StatusPage, response)
            found += following.targets
            cursor = following.cursor
        return page.model_copy(update={"targets": tuple(found[: self._number]), "cursor": None})


def target_details(api: ApiClient, target_id: str) -> TargetDetails:
    """One target with what differs."""
    return api.read(TargetDetails, api.get(f"/v1/status/{path_of(target_id)}", query={}, etag=None))
