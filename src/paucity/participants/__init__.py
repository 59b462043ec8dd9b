"""Participants whom studies describe one by one: their values, and their levels recomputed.

Here the evidence and the definitions of response meet: whose values they are is the study's
business, what they amount to the definition's.
"""

from paucity.participants.checks import PARTICIPANT_CHECKS, check_participants
from paucity.participants.load import load_participants
from paucity.participants.model import DescribedParticipant, ParticipantFile
from paucity.participants.people import People
from paucity.participants.recompute import recompute

__all__ = [
    "PARTICIPANT_CHECKS",
    "DescribedParticipant",
    "ParticipantFile",
    "People",
    "check_participants",
    "load_participants",
    "recompute",
]
