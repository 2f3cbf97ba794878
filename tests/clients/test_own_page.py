"""forge's own documentation page in a browser without a screen, served and as one file, with hostile texts."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
PROJECT = {
    "dbt_project.yml": "name: hostile\n",
    "models/a.sql": "select 1 as id -- </script><script>document.title='owned'</script>\n",
    "models/b.sql": "select * from {{ ref('a') }}\n",
    "models/texts.md": "{% docs __overview__ %}\n# Welcome\n" + HOSTILE + "\n{% enddocs %}\n",
    "models/models.yml": f"""
models:
  - name: a
    description: >
      A *slanted* word, [a page](https://example.com), [not a page](javascript:document.title='owned') {HOSTILE}
    config: {{tags: ["{"<b>"}tag"], meta: {{"<i>key": "<i>value"}}}}
    columns:
      - name: id
        description: |
          {HOSTILE}
        data_tests: [not_null, {{accepted_values: {{arguments: {{values: ["</script>", x]}}}}}}]
""",
}


@pytest.fixture
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium here")

    def drawn(address):
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
        logged = ["--enable-logging=stderr"]
        done = subprocess.run([found, *arguments, *logged, address], capture_output=True, text=True, timeout=120)
        assert "CONSOLE" not in done.stderr, done.stderr
        return done.stdout

    return drawn


@pytest.fixture
def served():
    processes = []

    def start(forge, folder):
        command = [forge, "docs", "serve", "--port", "0", "--no-browser"]
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return re.search(r"http://[^;]+", process.stderr.readline())[0]

    yield start
    for process in processes:
        process.kill()  # not terminate: who started this may ignore that signal, and so do children then
        process.wait()


@pytest.fixture
def hostile(tmp_path, forge):
    for path, text in PROJECT.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    subprocess.run([forge, "run", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run([forge, "docs", "generate", "--static", "--quiet"], cwd=tmp_path, check=True)
    return tmp_path


def title(text):
    return re.search("<title>([^<]*)", text)[1]


def test_pages_of_a_project(built, forge, browser, served):
    place = served(forge, built)
    text = browser(place + "/#!/model/model.bank.account_summary")
    assert title(text).startswith("account_summary")
    for part in ("One row per account", "annual_interest", "accepted_values: overdrawn", "int_accounts_with_customers",
                 "interest_forecast", "<svg", "Compiled"):
        assert part in text, part
    assert "Nothing in this project has the id" in browser(place + "/#!/model/model.bank.gone")
    assert "core_banking.raw_accounts" in browser(place + "/#!/source/source.bank.core_banking.raw_accounts")
    assert browser(place + "/#!/lineage").count("<rect") > 20
    assert "Models at the end" in browser(place + "/")


@pytest.mark.parametrize("page", ["overview", "model/model.hostile.a", "model/model.hostile.b", "list/model", "lineage",
                                  "model/<script>document.title='owned'</script>", "model/%E0%A4%A"])
def test_what_a_project_says_is_text(hostile, forge, browser, served, page):
    for place in (served(forge, hostile) + "/", Path(hostile, "target/static_index.html").as_uri()):
        text = browser(f"{place}#!/{quote(page, safe='/%')}")
        assert title(text).endswith("hostile")
        body = text.split("<main")[1].split("</main>")[0]
        assert "<script" not in body and "<img" not in body and "javascript:" not in re.sub("<code.*?</code>", "", body)


def test_a_description_is_markdown(hostile, forge, browser, served):
    text = browser(served(forge, hostile) + "/#!/model/model.hostile.a")
    assert "<em>slanted</em>" in text and 'href="https://example.com"' in text
    assert "&lt;script&gt;" in text and "accepted_values: &lt;/script&gt;, x" in text
