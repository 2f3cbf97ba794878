"""The documentation page that dbt-core ships, with forge's manifest and catalog, in a browser without a screen."""

import importlib.util
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@pytest.fixture
def page(built):
    """Serves the page; gives the text of an address once the page is drawn."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no Chromium here")
    dbt = Path(importlib.util.find_spec("dbt.task.docs").origin).parent
    shutil.copy(dbt / "index.html", built / "target")
    handler = partial(SimpleHTTPRequestHandler, directory=built / "target")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_address[1]}/index.html"

    def drawn(address):
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
        done = subprocess.run([browser, *arguments, place + address], capture_output=True, text=True, timeout=120)
        return done.stdout

    yield drawn
    server.shutdown()


def test_a_model_has_its_description_columns_and_neighbours(page):
    text = page("#!/model/model.bank.account_summary")
    assert "One row per account" in text
    for name in ("customer_id", "annual_interest", "int_accounts_with_customers", "interest_forecast"):
        assert name in text, name


def test_a_source_has_its_tables(page):
    text = page("#!/source/source.bank.core_banking.raw_accounts")
    assert "raw_accounts" in text and "core_banking" in text
