"""The stages of the workflow: started, fetched, analysed, reported, saved.

Each stage writes its part of the session's data. A failed session is resumed with the stage that failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from support.reference.access.service import User
from support.reference.database import utc_now
from support.reference.errors import Conflict, DependencyFailed
from support.reference.events.service import new_event
from support.reference.notifications.service import new_notification
from support.reference.research.prices import (
    MAX_DAYS,
    History,
    ImpossiblePrices,
    Quote,
    change,
    require_possible_prices,
)
from support.reference.research.prices import fetch as fetch_prices
from support.reference.research.service import change_state, get_session
from support.reference.research.tables import ResearchSessionRow, Stage
from support.reference.schemas import Price, format_decimal
from support.reference.services import Services

_BUY_FROM = 0.6
_SELL_UNTIL = 0.4
_ORDER: tuple[Stage, ...] = ("started", "fetched", "analysed", "reported", "saved")


class Analysis(BaseModel):
    """The part of ``analyse``."""

    score: Annotated[float, Field(strict=True, ge=0, le=1)]
    first_close: Price
    last_close: Price
    change_pct: Annotated[Decimal, Field(max_digits=24, decimal_places=6)]
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)]
    days_up: Annotated[int, Field(ge=0, lt=MAX_DAYS)]


class Report(BaseModel):
    """The fields of the report that ``save`` reads."""

    recommendation: Literal["buy", "hold", "sell"]


_Part = TypeVar("_Part", bound=BaseModel)

_VALID_PARTS = {"prices": "valid prices", "analysis": "a valid analysis", "report": "a valid report"}


def fetch(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Fetch prices.

    Raises NotFound, Conflict, and DependencyFailed after the session was failed with the reason.
    """
    with services.database.begin() as session:
        research = _at(session, user, session_id, "started")
        if research.state != "processing":
            change_state(session, research, "processing", by=user.id)
        ticker = research.ticker
    try:
        quotes = fetch_prices(
            str(services.settings.prices_url),
            ticker,
            session_id=session_id,
            timeout=services.settings.prices_timeout,
        )
    except DependencyFailed as failure:
        with services.database.begin() as session:
            research = _at(session, user, session_id, "started")
            change_state(session, research, "failed", by=user.id, error=failure.message)
        raise
    with _stage(services, user, session_id, after="started") as (_, research):
        research.data = research.data | {"prices": {"ticker": ticker, "quotes": [_as_data(quote) for quote in quotes]}}
        return research


def analyse(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Compute the score of the prices. Raises NotFound and Conflict."""
    with _stage(services, user, session_id, after="fetched") as (_, research):
        history = _part(research, "prices", History)
        research.data = research.data | {"analysis": _analysis(history.quotes)}
        return research


def report(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Write the report of the analysis. Raises NotFound and Conflict."""
    with _stage(services, user, session_id, after="analysed") as (_, research):
        research.data = research.data | {"report": _report(research.ticker, _part(research, "analysis", Analysis))}
        return research


def save(services: Services, user: User, session_id: UUID) -> ResearchSessionRow:
    """Complete the session, notify its owner and record the event, in one transaction.

    Raises NotFound and Conflict.
    """
    with _stage(services, user, session_id, after="reported") as (session, research):
        score = _part(research, "analysis", Analysis).score
        advice = _part(research, "report", Report).recommendation
        research.data = research.data | {"result": {"score": score, "recommendation": advice}}
        change_state(session, research, "completed", by=user.id)
        about = {"session_id": str(research.id), "ticker": research.ticker}
        session.add(
            new_notification(
                research.owner_id,
                type="success",
                priority="normal",
                title="Research Complete",
                message=f"{research.ticker} analysis completed",
                data=about,
            )
        )
        session.add(new_event(research.owner_id, "research_completed", about | {"score": score}))
        return research


@contextmanager
def _stage(
    services: Services, user: User, session_id: UUID, *, after: Stage
) -> Iterator[tuple[Session, ResearchSessionRow]]:
    """Lock the session at stage ``after``; at the end of the block it is one stage further."""
    with services.database.begin() as session:
        research = _at(session, user, session_id, after)
        if research.state != "processing":
            raise Conflict(f"The research session is {research.state}.")
        yield session, research
        flag_modified(research, "data")
        research.stage = _ORDER[_ORDER.index(after) + 1]
        research.updated_at = utc_now()


def _at(session: Session, user: User, session_id: UUID, stage: Stage) -> ResearchSessionRow:
    research = get_session(session, user, session_id, for_update=True)
    if research.state == "completed":
        raise Conflict("The research session is completed.")
    if research.stage != stage:
        raise Conflict(f"The stage requires {stage}, but the session is at {research.stage}.")
    return research


def _part(research: ResearchSessionRow, name: str, form: type[_Part]) -> _Part:
    """Return what an earlier stage wrote. Raises Conflict if the owner made it invalid."""
    try:
        part = form.model_validate(research.data.get(name))
        if isinstance(part, History):
            require_possible_prices(part, research.ticker)
    except (ValidationError, ImpossiblePrices):
        raise Conflict(f"The session's data does not contain {_VALID_PARTS[name]}.") from None
    return part


def _as_data(quote: Quote) -> dict[str, Any]:
    money = {name: format_decimal(getattr(quote, name), 2) for name in ("open", "high", "low", "close")}
    return {"date": quote.date.isoformat(), **money, "volume": quote.volume}


def _analysis(quotes: Sequence[Quote]) -> dict[str, Any]:
    """Return the analysis: half of the score is the trend, half the share of rising days."""
    closes = [quote.close for quote in quotes]
    moves = list(pairwise(closes))
    rises = sum(later > earlier for earlier, later in moves)
    risen = change(closes[0], closes[-1])
    trend = min(max(Decimal("0.5") + risen / Decimal("0.4"), Decimal(0)), Decimal(1))
    persistence = Decimal(rises) / len(moves) if moves else Decimal("0.5")
    return {
        "score": round(float((trend + persistence) / 2), 4),
        "first_close": format_decimal(closes[0], 2),
        "last_close": format_decimal(closes[-1], 2),
        "change_pct": f"{risen:.6f}",
        "days": len(quotes),
        "days_up": rises,
    }


def _report(ticker: str, analysis: Analysis) -> dict[str, Any]:
    score = analysis.score
    advice = "buy" if score >= _BUY_FROM else "sell" if score <= _SELL_UNTIL else "hold"
    first, last = format_decimal(analysis.first_close, 2), format_decimal(analysis.last_close, 2)
    summary = (
        f"{ticker} went from {first} to {last} ({analysis.change_pct * 100:+.2f} %) "
        f"in {analysis.days} days, {analysis.days_up} of them up. Score {score:.2f}."
    )
    return {"summary": summary, "recommendation": advice}
