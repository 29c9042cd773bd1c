"""Captioning: how far it is, and what comes of it."""

from behave import given, then
from behave.runner import Context

from support.capabilities.vod.client import FINAL, Progress, Vod
from support.checks import captions
from support.checks.comparison import require, require_equal
from support.polling import Timeline
from support.scenario.world import World


@given("the VOD {title:Quoted} has become {status:VodState}")
def has_become(context: Context, title: str, status: str) -> None:
    """Wait until the captioning has come so far.

    Example: Given the VOD "City Council" has become failed
    """
    world = context.world
    vod = world.recall(title, Vod)
    reached = world.vod.follow(vod, by=vod.owner, until={status} | FINAL).values[-1].status
    require_equal(f'the status of the VOD "{title}"', reached, status)


@then("the VOD {title:Quoted} passes through {states:VodStates} within {seconds:Duration}")
def passes_through(context: Context, title: str, states: list[str], seconds: float) -> None:
    """Follow the VOD to the end; its own history must tell these states, and its progress never goes back.

    Example: Then the VOD "City Council" passes through pending, processing and completed within 30 seconds
    """
    world = context.world
    vod = world.recall(title, Vod)
    timeline = world.vod.follow(vod, by=vod.owner, within=seconds)
    require(timeline.values[-1].status == states[-1], f"{timeline} (wanted {states[-1]})")
    require_equal(f'the history of the VOD "{title}"', world.vods.statuses(vod), states)
    _require_progress(timeline)
    _require_in_step(world, vod, title, states[-1])


def _require_progress(timeline: Timeline[Progress]) -> None:
    percents = [actual.percent for actual in timeline.values]
    require(percents == sorted(percents), f"{timeline.subject}: progress should never go back, but went {percents}")
    if timeline.values[-1].status == "completed":
        require_equal(f"the progress of {timeline.subject} when completed", percents[-1], 100)


def _require_in_step(world: World, vod: Vod, title: str, status: str) -> None:
    require_equal(f'the status of the VOD "{title}" in the database', world.vods.row(vod)["status"], status)
    cached = world.vods.cached(vod)
    require(cached is None or cached["status"] == status, f'the cache should know that "{title}" is {status}')


@then("the VOD {title:Quoted} becomes {status:VodState} because {reason:Quoted}")
def becomes_because(context: Context, title: str, status: str, reason: str) -> None:
    """Follow the VOD to its end and compare state and reason.

    Example: Then the VOD "City Council" becomes failed because "the media cannot be read"
    """
    world = context.world
    vod = world.recall(title, Vod)
    last = world.vod.follow(vod, by=vod.owner).values[-1]
    require_equal(f'the VOD "{title}"', str(last), f"{status} ({reason})")


@then("the captions of {title:Quoted} are a valid SCC file next to the recording")
def captions_valid(context: Context, title: str) -> None:
    """Read the caption file with our own reader of SCC, and compare it with what the API serves.

    Example: Then the captions of "City Council" are a valid SCC file next to the recording
    """
    world = context.world
    vod = world.recall(title, Vod)
    written = world.vods.captions(vod)
    captions.read(title, written)
    captions.require_drop_frame(title, written)
    require_equal(f'what the API serves as captions of "{title}"', world.vod.captions(vod, by=vod.owner), written)


@then("the captions of {title:Quoted} have the spoken words at their times for {minutes:Number} minutes")
def captions_faithful(context: Context, title: str, minutes: float) -> None:
    """Compare every cue with the words of the recording and their times; they reach from its beginning to its end.

    Example: Then the captions of "City Council" have the spoken words at their times for 5 minutes
    """
    world = context.world
    vod = world.recall(title, Vod)
    cues = captions.read(title, world.vods.captions(vod))
    captions.require_faithful(title, cues, vod.recording)
    captions.require_coverage(title, cues, minutes * 60)


@then("the captions of {title:Quoted} are the single cue {text:Quoted}")
def captions_placeholder(context: Context, title: str, text: str) -> None:
    """Check the captions of a recording in which nobody speaks.

    Example: Then the captions of "Empty Chamber" are the single cue "[No speech detected]"
    """
    world = context.world
    cues = captions.read(title, world.vods.captions(world.recall(title, Vod)))
    require_equal(f'the captions of "{title}"', [cue.text for cue in cues], [text])


@then("the summary of {title:Quoted} has speaker and start of every five cues")
def summary_told(context: Context, title: str) -> None:
    """Compare the summary file with the captions and with what the API serves.

    Example: Then the summary of "City Council" has speaker and start of every five cues
    """
    world = context.world
    vod = world.recall(title, Vod)
    written = world.vods.summary(vod)
    captions.require_summary(title, written, captions.read(title, world.vods.captions(vod)), vod.recording)
    require_equal(f'what the API serves as summary of "{title}"', world.vod.summary(vod, by=vod.owner), written)
