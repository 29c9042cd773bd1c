"""The HTTP application: its routers and middleware."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError

from support.reference import administration, errors, live, metrics, operations
from support.reference.access import routes as access_routes
from support.reference.access.dependencies import reject_deleted_owner
from support.reference.documents import routes as document_routes
from support.reference.events import routes as event_routes
from support.reference.jobs import record_routes
from support.reference.jobs import routes as job_routes
from support.reference.methods import AllowedMethodsMiddleware
from support.reference.middleware import BodyLimitMiddleware, RequestIdMiddleware, TimeoutMiddleware
from support.reference.notifications import routes as notification_routes
from support.reference.platform_events import EVENT_LISTENERS
from support.reference.portfolios import routes as portfolio_routes
from support.reference.privacy import routes as privacy_routes
from support.reference.research import routes as research_routes
from support.reference.schemas import reject_encoded_body, reject_unknown_query
from support.reference.services import Services
from support.reference.settings import Settings
from support.reference.status import routes as status_routes
from support.reference.users import routes as user_routes
from support.reference.vod import routes as vod_routes
from support.reference.webhooks import routes as webhook_routes
from support.reference.webhooks.events import enqueue_deliveries

# As many database connections as there are threads that handle requests, so that no request waits for another's.
_POOL_SIZE = 40

# Every process of the platform is forked from the one that loads this module.
EVENT_LISTENERS.append(enqueue_deliveries)


def create_app(settings: Settings) -> FastAPI:
    """Create the application.

    It opens no connection and starts no thread before its first request, so it survives a fork.
    """
    app = FastAPI(
        title="Reference platform",
        version="1.0.0",
        # The documentation pages load scripts from elsewhere, which the security headers forbid.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(reject_encoded_body), Depends(reject_unknown_query)],
        responses=errors.error_responses(422),
    )
    app.state.services = Services.from_settings(settings, pool_size=_POOL_SIZE)
    app.state.hub = live.SubscriptionHub(app.state.services)
    app.state.health = operations.HealthChecks(app.state.services)
    app.state.metrics = metrics.Metrics()
    for module in (
        access_routes,
        vod_routes,
        user_routes,
        research_routes,
        notification_routes,
        event_routes,
        document_routes,
        portfolio_routes,
        privacy_routes,
        status_routes,
        job_routes,
        record_routes,
        webhook_routes,
        operations,
        administration,
        metrics,
        live,
    ):
        app.include_router(module.router)
    app.include_router(research_routes.validation)
    errors.install_handlers(app)
    app.add_exception_handler(IntegrityError, reject_deleted_owner)
    # The last one added is the outermost.
    for middleware in (AllowedMethodsMiddleware, BodyLimitMiddleware, TimeoutMiddleware, RequestIdMiddleware):
        app.add_middleware(middleware)
    return app
