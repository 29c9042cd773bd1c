"""Stub servers for the outside services the platform talks to."""

from support.partners.cablecast import Cablecast
from support.partners.requests import Received, UploadedFile
from support.partners.server import PartnerServer, Registration

__all__ = ["Cablecast", "PartnerServer", "Received", "Registration", "UploadedFile"]
