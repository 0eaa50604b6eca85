"""All addresses where access is given and taken."""

from fastapi import APIRouter

from loanwright.service.access import (
    key_endpoints,
    session_endpoints,
    user_endpoints,
)

router = APIRouter()
# What is fixed comes before what has an id in it: /v1/users/me is no user's id.
for _part in (
    session_endpoints.router,
    session_endpoints.guarded,
    user_endpoints.router,
    key_endpoints.router,
):
    router.include_router(_part)
