"""What a person sees in the terminal while a run goes on: a line per step, no event stream."""

import logging
import sys

import dagster as dg


class _OnlyOurs(logging.Filter):
    """Lets through what the steps themselves say; what went wrong is told once, at the end."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "dagster_event", None) is None


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage()
        return f"  {self.formatTime(record, '%H:%M:%S')}  {said}"


@dg.logger(config_schema={}, description="Een regel per stap.")
def progress_log(_: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("datalab", level=logging.INFO)
    # That of the terminal: what Dagster itself prints meanwhile is kept in a file (`commands/run`).
    handler = logging.StreamHandler(sys.__stderr__)
    handler.addFilter(_OnlyOurs())
    handler.setFormatter(_Line())
    logger.addHandler(handler)
    return logger
