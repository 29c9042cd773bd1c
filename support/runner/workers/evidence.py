"""Receives the evidence of workers and writes it to the results folder."""

from __future__ import annotations

from pathlib import Path

from behave.configuration import Configuration
from behave.formatter.base import StreamOpener
from behave.model import Scenario

from support.allure.formatter import AllureFormatter
from support.allure.writer import MaskedFileWriter
from support.evidence.masking import Masker, use_masker
from support.runner.workers.messages import Evidence
from support.runner.workers.outcome import ScenarioOutcome


class EvidenceReceiver:
    """Writes files of workers, masked, and results of scenarios whose worker died."""

    def __init__(self, files: MaskedFileWriter, results: Path, config: Configuration) -> None:
        self._files = files
        self._results = results
        self._config = config
        self._masker = Masker()
        self._discards = False
        use_masker(self._masker)

    def receive(self, evidence: Evidence) -> None:
        """Write the files of a worker."""
        if self._discards:
            return
        for secret in evidence.secrets:
            self._masker.add(secret)
        for file_name, content in evidence.files:
            self._files.take(file_name, content)

    def report_lost(self, scenario: Scenario, outcome: ScenarioOutcome) -> None:
        """Write the Allure result of a scenario whose worker died before it could."""
        if self._discards:
            return
        outcome.apply(scenario)
        formatter = AllureFormatter(StreamOpener(str(self._results)), self._config)
        formatter.report_lost(scenario)
        formatter.close()

    def discard(self) -> None:
        """Write nothing more, such as on a full disk."""
        self._discards = True
