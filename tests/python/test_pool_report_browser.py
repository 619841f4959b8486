# SPDX-License-Identifier: Apache-2.0
"""The report of a pool in a real browser: contrast, narrow screens, names of what is shown, paper."""

import base64

import pytest

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
import test_report_browser as browser  # noqa: E402
from allomatch import analytics  # noqa: E402
from pool_pages import HOSTILE, analysed  # noqa: E402
from pools import DAY, registry_of  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

driver, size = browser.driver, browser.size

# White on a heat map cannot be told from what is behind it; everything else can.
CONTRAST = browser.CONTRAST.replace(
    "if (!text || !e.getClientRects().length",
    'if (!text || e.closest("svg")?.querySelector("image") || !e.getClientRects().length',
)
OUTSIDE = """
const far = (e) => e.getClientRects().length && e.getBoundingClientRect().right > arguments[0] + 1;
return [document.documentElement.scrollWidth, [...document.querySelectorAll("body *")]
  .filter((e) => far(e) && !e.closest(".wide, .unseen")).map((e) => e.tagName + "." + e.className)];
"""
CLIPPED = """
const bad = [];
for (const svg of document.querySelectorAll("svg.picture")) {
  const frame = svg.getBoundingClientRect();
  for (const text of svg.querySelectorAll("text")) {
    const box = text.getBoundingClientRect();
    if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
        || box.bottom > frame.bottom + 1) bad.push(text.textContent);
  }
}
return [document.querySelectorAll("svg.picture text").length, bad];
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for lang in ("en", "zh"):
        analytics.write_pool_report(analysed(), folder / f"{lang}.html", lang=lang)
    person = {"A_1": "01:01", "A_2": "02:01", "sex": "F", "birth_date": "1990-01-01", "donations": "1"}
    rows = [person | {"id": f"{name[:60]}{i}", "branch": name} for name in HOSTILE for i in range(3)]
    analytics.write_pool_report(registry_of(rows), folder / "odd.html", on=DAY, bootstrap=0)
    empty = registry_of([{"id": "D1"}])
    analytics.write_pool_report(empty, folder / "empty.html", on=DAY)
    return folder


@pytest.fixture
def opened(driver, folder, size, tmp_path):
    """Open a page; at the end it is photographed, and the console must be empty."""
    names = []

    def open_page(file):
        names.append(file)
        driver.get((folder / file).as_uri())
        return driver

    yield open_page
    driver.save_screenshot(str(tmp_path / f"{names[-1]}-{size}.png"))
    assert driver.get_log("browser") == []


@pytest.mark.parametrize("file", ["en.html", "zh.html", "odd.html", "empty.html"])
def test_everything_fits_and_can_be_read(opened, size, file):
    driver = opened(file)
    width = browser.SIZES[size][0]
    wide, outside = driver.execute_script(OUTSIDE, width)
    assert wide <= width and outside == []
    seen, bad = driver.execute_script(CONTRAST)
    assert seen > (10 if file == "empty.html" else 100) and bad == []
    seen, clipped = driver.execute_script(CLIPPED)
    assert (seen > 100 or file == "empty.html") and clipped == []


@pytest.mark.parametrize("file", ["en.html", "zh.html"])
def test_names_and_order(opened, file):
    driver = opened(file)
    elements = driver.find_elements(By.CSS_SELECTOR, "svg.picture, [role=region], nav, nav a, table")
    assert len(elements) > 30
    for element in elements:
        assert element.accessible_name, element.get_attribute("outerHTML")[:200]
    assert all(head.get_attribute("scope") for head in driver.find_elements(By.TAG_NAME, "th"))
    links = driver.find_elements(By.CSS_SELECTOR, "nav a")
    browser.click(driver, links[-1])
    section = driver.find_element(By.ID, "use")
    assert driver.execute_script("return arguments[0].getBoundingClientRect().top < innerHeight", section)
    assert section.find_element(By.TAG_NAME, "h2").text == links[-1].text


def test_hostile_data_runs_nothing(opened):
    driver = opened("odd.html")
    assert driver.execute_script("return document.images.length + document.scripts.length") == 0
    names = [text.text for text in driver.find_elements(By.CSS_SELECTOR, "svg.picture text")]
    assert "$x^{" in names and "<script>alert(1)</scrip…" in names


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_paper(driver, folder, tmp_path, lang):
    from selenium.webdriver.common.print_page_options import PrintOptions

    driver.get((folder / f"{lang}.html").as_uri())
    paper = PrintOptions()
    paper.page_width, paper.page_height = 21.0, 29.7
    pdf = base64.b64decode(driver.print_page(paper))
    (tmp_path / f"{lang}.pdf").write_bytes(pdf)
    assert 3 < pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages") < 20
