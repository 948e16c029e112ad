"""The settings of a reading, and the code of the same call."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from server.contracts.jobs.request import JobParameters
from tests.contract.conftest import ROOT
from tests.page.shell import documents

FIELDS = [field.alias or name for name, field in JobParameters.model_fields.items()]


def test_every_field_of_a_request_is_a_control_with_its_default_and_help(tab):
    tab.unfold()
    shown = tab.page.locator(".parameter").evaluate_all("(all) => all.map((each) => each.dataset.name)")
    assert sorted(shown) == sorted(FIELDS)
    for name in FIELDS:
        parameter = tab.page.locator(f'.parameter[data-name="{name}"]')
        control = parameter.locator("select, input").first
        expect(control).to_be_visible()
        assert len(parameter.locator(".help").inner_text()) > 10
        if name != "outputFormats":
            text = control.evaluate("(each) => each.placeholder ?? each.selectedOptions[0].textContent")
            assert text.startswith("Default ("), name
            assert parameter.locator(".label").inner_text() != name, "it has words of its own"
    side = tab.page.locator('[data-parameter="textDetLimitSideLen"]')
    expect(side).to_have_attribute("placeholder", "Default (1280)")


def test_the_defaults_are_those_of_the_preset(tab):
    tab.unfold()
    preset = tab.page.locator('[data-parameter="preset"]')
    preset.select_option("paddlex")
    expect(preset).to_be_focused()
    tab.unfold()
    expect(tab.page.locator('[data-parameter="textDetLimitSideLen"]')).to_have_attribute("placeholder", "Default (64)")


def test_a_changed_setting_is_sent_and_two_readings_can_be_compared(tab, photo):
    tab.choose(photo)
    tab.wait_for("photo.png", "done")
    tab.unfold()
    tab.page.locator('[data-parameter="preset"]').select_option("tiny")
    tab.unfold()
    tab.page.locator('[data-parameter="textRecScoreThresh"]').fill("0.1")
    with tab.page.expect_response(lambda answer: answer.url.endswith("/jobs")) as sent:
        tab.page.get_by_role("button", name="Read with new settings").click()
    expect(tab.page.locator(".entry")).to_have_count(2)
    expect(tab.page.locator(".entry").nth(1)).to_have_attribute("data-state", "done")
    expect(tab.page.locator(".entry").nth(1)).to_contain_text("preset tiny · Least score: 0.1")
    job = sent.value.json()["id"]
    (page,) = tab.page.request.get(f"{tab.url}/jobs/{job}/pages").json()["ocrResults"]
    assert page["prunedResult"]["text_rec_score_thresh"] == 0.1
    assert page["prunedResult"]["text_det_params"]["limit_side_len"] == 1120, "that of the preset tiny"
    tab.page.get_by_label("Compare with").select_option(index=1)
    expect(tab.page.locator("#viewer")).to_contain_text(documents.title(7))


def test_a_wrong_value_is_not_sent(tab):
    tab.unfold()
    score = tab.page.locator('[data-parameter="textRecScoreThresh"]')
    score.fill("7")
    expect(score).to_have_attribute("aria-invalid", "true")
    tab.page.get_by_role("tab", name="Code").click()
    expect(tab.page.locator("pre.code")).not_to_contain_text("textRecScoreThresh")


@pytest.fixture
def code(tab, photo):
    """Gives the code of a kind, with a changed setting and an awkward file name."""
    file = photo.parent / """it's a "photo" & more.png"""
    file.write_bytes(photo.read_bytes())
    tab.choose(file)
    tab.wait_for("photo", "done")
    tab.unfold()
    tab.page.locator('[data-parameter="textDetUnclipRatio"]').fill("1.7")
    tab.page.locator('[data-parameter="logId"]').fill('it\'s $HOME \\ "quoted"')

    def shown(kind: str, result: str = "text") -> str:
        tab.page.get_by_role("tab", name="Code").click()
        tab.page.get_by_role("button", name=kind, exact=True).click()
        tab.page.get_by_label("Result").select_option(result)
        return tab.page.locator("pre.code").inner_text()

    return shown


@pytest.mark.parametrize(("kind", "program"), [("curl", ["bash", "-eu"]), ("Python", [sys.executable])])
def test_the_code_runs_and_gives_the_text(code, photo, kind, program):
    text = code(kind)
    assert "textDetUnclipRatio" in text
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "*"}
    where = {"cwd": photo.parent, "env": environment}
    ran = subprocess.run([*program, "-"], input=text, capture_output=True, text=True, timeout=180, check=False, **where)
    assert ran.returncode == 0, ran.stderr
    assert "event: end" in ran.stdout
    result = photo.parent / """it's a "photo" & more.txt"""
    assert documents.title(7) in result.read_text()
    result.unlink()


def test_the_code_for_javascript_runs_in_a_browser(tab, photo, code):
    text = code("JavaScript", "markdown")
    script = (
        f"async (bytes) => {{ const file = new File([new Uint8Array(bytes)], 'a.png'); {text} return content.text(); }}"
    )
    assert f"# {documents.title(7)}" in tab.page.evaluate(script, list(photo.read_bytes()))
