"""From lane names in the settings to open channels. Loads only what is named, and names what fails."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from outreach.channels.base import BadOptions, Channel, ChannelContext, OpenChannel
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret

GROUP = "outreach.channels"
ADAPTER_OPTION = "adapter"


@dataclass(frozen=True, slots=True)
class OpenedChannel:
    """An open channel and the adapter that it came from."""

    lane: LaneName
    adapter: str
    channel: Channel


def installed_adapters() -> dict[str, EntryPoint]:
    """The adapters that are installed, ours and anybody's, by name; none of them is imported."""
    return {point.name: point for point in entry_points(group=GROUP)}


def open_channels(
    sections: Mapping[LaneName, Mapping[str, Secret]],
    context_of: Callable[[LaneName], ChannelContext],
    off: Container[str] = (),
) -> tuple[list[OpenedChannel], list[str]]:
    """The channels of *sections*, and all that is wrong with those that could not be opened, each naming its lane.

    Sections of an adapter in *off* are passed over: it is not even imported.
    """
    opened: list[OpenedChannel] = []
    problems: list[str] = []
    adapters = installed_adapters()
    for lane, options in sections.items():
        if _adapter_of(lane, options) in off:
            continue
        try:
            opened.append(_open(lane, options, adapters, context_of(lane)))
        except BadOptions as refused:
            problems += [f"OUTREACH_CHANNELS__{lane.upper()}: {problem}" for problem in refused.problems]
    return opened, problems


def _adapter_of(lane: LaneName, options: Mapping[str, Secret]) -> str:
    return options[ADAPTER_OPTION].reveal() if ADAPTER_OPTION in options else str(lane)


def _open(
    lane: LaneName, options: Mapping[str, Secret], adapters: Mapping[str, EntryPoint], context: ChannelContext
) -> OpenedChannel:
    name = _adapter_of(lane, options)
    if name not in adapters:
        raise BadOptions(
            [f"no installed package offers the adapter {name!r}; installed: {', '.join(sorted(adapters))}"]
        )
    own = {key: value for key, value in options.items() if key != ADAPTER_OPTION}
    open_channel = _load(adapters[name])
    try:
        return OpenedChannel(lane, name, open_channel(own, context))
    except BadOptions:
        raise
    except Exception as error:  # its message is left out: it may repeat an option, and options are secrets
        raise BadOptions([f"the adapter {name!r} will not open ({type(error).__name__})"]) from error


def _load(point: EntryPoint) -> OpenChannel:
    try:
        loaded: OpenChannel = point.load()
    except Exception as error:  # somebody else's package: whatever it raises must not stop the other channels
        raise BadOptions([f"the adapter {point.name!r} will not import ({type(error).__name__})"]) from error
    return loaded
