"""Stubs of the partners of the platform: real HTTP servers."""

from support.partners.cablecast import Cablecast
from support.partners.requests import Received, UploadedFile
from support.partners.server import PartnerServer, Registration

__all__ = ["Cablecast", "PartnerServer", "Received", "Registration", "UploadedFile"]
