# SPDX-License-Identifier: Apache-2.0
"""A report in a real browser: sorting, filtering, unfolding, contrast, narrow screens, paper."""

import base64
import shutil

import allomatch as am
import pytest
from report_people import HOSTILE, donor_rows, options, patient_row, read

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
if CHROMIUM is None or DRIVER is None:
    pytest.skip("needs the Debian packages chromium and chromium-driver", allow_module_level=True)
webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium: pip install selenium")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.select import Select  # noqa: E402

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

# Every visible piece of text with less contrast than 4.5 against what is behind it.
CONTRAST = """
const channels = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return m.length === 3 ? [...m, 1] : m; };
const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => [r, g, b].map((v) => linear(v / 255))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => {
  for (; e; e = e.parentElement) {
    const c = channels(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c;
    if (c[3] !== 0) throw new Error("a half transparent background");
  }
  return [255, 255, 255, 1];
};
const bad = [];
let seen = 0;
const check = (e, colour, text) => {
  const [a, b] = [luminance(channels(colour)), luminance(behind(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  seen += 1;
  if (ratio < 4.5) bad.push([text.slice(0, 40), e.className.toString(), ratio.toFixed(2)]);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
  if (!text || !e.getClientRects().length || ["SCRIPT", "STYLE", "OPTION"].includes(e.tagName)) continue;
  const style = getComputedStyle(e);
  check(e, e.closest("svg") ? style.fill : style.color, text);
}
for (const input of document.querySelectorAll("input[placeholder]"))
  check(input, getComputedStyle(input, "::placeholder").color, input.placeholder);
return [seen, bad];
"""
OVERFLOW = """
const far = (e) => e.getClientRects().length && e.getBoundingClientRect().right > arguments[0] + 1;
return [document.documentElement.scrollWidth, [...document.querySelectorAll("body *")]
  .filter((e) => far(e) && !e.closest("#scroll, .unseen")).map((e) => e.tagName + "." + e.className)];
"""
IDS = """
return [...document.querySelectorAll("tbody.donor:not([hidden]) button.fold bdi")].map((e) => e.textContent);
"""


@pytest.fixture(scope="module")
def driver():
    asked = webdriver.ChromeOptions()
    asked.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
    ):
        asked.add_argument(argument)
    asked.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=asked, service=Service(DRIVER))
    yield browser
    browser.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Reports of one patient in both languages, of one without donors, and of two with links."""
    folder = tmp_path_factory.mktemp("pages")
    far = patient_row("P2", A=("34:01", "66:01"), B=("57:01", "13:02"))
    refused_row = donor_rows(1)[0] | {"id": "bad", "A_1": "<script>alert(5)</script>"}
    registry, patients, reports = read(folder, [*donor_rows(48), refused_row], [patient_row(), far])
    asked = options(frequencies=am.Frequencies.builtin())
    matches = registry.search(patients[0], **asked)
    for lang in ("en", "zh"):
        am.write_report(folder / f"{lang}.html", matches, lang=lang, searched=asked, reports=reports)
    am.write_report(folder / "none.html", registry.search(patients[1], **asked), searched=asked)
    am.write_report(folder / "links.html", registry.search_many(patients, **asked))
    return folder


@pytest.fixture(params=SIZES)
def size(request, driver):
    width, height = SIZES[request.param]
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": request.param == "phone"}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    return request.param


@pytest.fixture
def opened(driver, folder, size, tmp_path):
    """Open a page; at the end it is photographed, and the console must be empty."""
    name = []

    def open_page(file):
        name.append(file)
        driver.get((folder / file).as_uri())
        return driver

    yield open_page
    driver.save_screenshot(str(tmp_path / f"{name[-1]}-{size}.png"))
    assert driver.get_log("browser") == []


def heading(driver, words):
    for button in driver.find_elements(By.CSS_SELECTOR, ".heads button"):
        if button.get_attribute("textContent") == words:
            return button
    raise AssertionError(words)


def column(driver, words):
    """Cells of the shown donors below a heading."""
    heads = driver.find_elements(By.CSS_SELECTOR, ".heads th")
    at = next(i for i, head in enumerate(heads) if head.get_attribute("textContent") == words)
    script = "return [...document.querySelectorAll('tbody.donor:not([hidden])')].map("
    return driver.execute_script(script + "(b) => b.rows[0].cells[arguments[0]].textContent)", at)


def order_of(button):
    return button.find_element(By.XPATH, "..").get_attribute("aria-sort")


def click(driver, button):
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", button)
    button.click()


@pytest.mark.parametrize("by_keyboard", [False, True])
def test_sorting(opened, by_keyboard):
    driver = opened("en.html")

    def press(words):
        button = heading(driver, words)
        if by_keyboard:
            driver.execute_script("arguments[0].focus()", button)
            button.send_keys(Keys.ENTER)
        else:
            click(driver, button)
        return order_of(button)

    ranks = column(driver, "Rank")
    assert [int(rank) for rank in ranks] == list(range(1, len(ranks) + 1))
    for words in ("Age", "Weight, kg"):
        for order in ("ascending", "descending"):
            assert press(words) == order
            cells = column(driver, words)
            known = [float(cell.partition("×")[0]) for cell in cells if cell != "–"]
            assert known == sorted(known, reverse=order == "descending") and len(set(known)) > 3
            assert set(cells[len(known) :]) == {"–"}  # missing values last, both ways
    assert press("Donor") == "ascending" and order_of(heading(driver, "Age")) == "none"
    plain = [id for id in driver.execute_script(IDS) if id.startswith("D0")]
    assert plain == sorted(plain) and len(plain) > 20
    press("Match class")
    classes = [int(cell.partition("/")[0]) for cell in column(driver, "Match class")]
    assert classes == sorted(classes, reverse=True)
    press("Rank")
    assert column(driver, "Rank") == ranks


def test_filtering(opened):
    driver = opened("en.html")
    everyone = driver.execute_script(IDS)
    box = driver.find_element(By.ID, "text-filter")
    box.send_keys("宁波 d00")
    some = driver.execute_script(IDS)
    assert 0 < len(some) < len(everyone)
    assert all("宁波" in cell for cell in column(driver, "Branch"))
    shown = driver.find_element(By.ID, "shown")
    assert shown.text == f"{len(some)} of {len(everyone)} donors shown"
    box.send_keys("nobody has this")
    assert driver.execute_script(IDS) == []
    assert driver.find_element(By.ID, "no-row").is_displayed()
    box.clear()
    box.send_keys(" ", Keys.BACKSPACE)
    assert driver.execute_script(IDS) == everyone

    select = Select(driver.find_element(By.ID, "class-filter"))
    names = [option.get_attribute("value") for option in select.options][1:]
    counted = 0
    for name in names:
        select.select_by_value(name)
        cells = column(driver, "Match class")
        assert cells and {cell.replace("potential", " potential") for cell in cells} == {name}
        counted += len(cells)
    assert counted == len(everyone)


def test_unfolding(opened):
    driver = opened("en.html")
    first, second = driver.find_elements(By.CSS_SELECTOR, "button.fold")[:2]
    for button, press in (
        (first, lambda: click(driver, first)),
        (second, lambda: second.send_keys(Keys.SPACE)),
    ):
        detail = driver.find_element(By.ID, button.get_attribute("aria-controls"))
        assert button.get_attribute("aria-expanded") == "false" and not detail.is_displayed()
        press()
        assert button.get_attribute("aria-expanded") == "true" and detail.is_displayed()
        assert "Typings side by side" in detail.text and "Place in the list" in detail.text
        assert detail.find_element(By.CSS_SELECTOR, "svg.bars").is_displayed()
        press()
        assert button.get_attribute("aria-expanded") == "false" and not detail.is_displayed()
    click(driver, driver.find_element(By.ID, "unfold"))
    assert len([d for d in driver.find_elements(By.CSS_SELECTOR, "tr.detail") if d.is_displayed()]) == 10
    click(driver, driver.find_element(By.ID, "fold"))
    assert not driver.find_elements(By.CSS_SELECTOR, "tbody.open")


def test_focus_is_seen(opened):
    driver = opened("en.html")
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    kinds = set()
    for _ in range(12):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        assert driver.execute_script(outline) == "solid"
        kinds.add(driver.switch_to.active_element.tag_name)
    assert {"a", "summary", "input", "select", "button"} <= kinds


@pytest.mark.parametrize("file", ["en.html", "zh.html", "none.html", "links.html"])
def test_everything_fits_and_can_be_read(opened, size, file):
    driver = opened(file)
    if driver.find_elements(By.ID, "unfold"):
        click(driver, driver.find_element(By.ID, "unfold"))
        click(driver, driver.find_element(By.CSS_SELECTOR, ".legend summary"))
    width = SIZES[size][0]
    wide, outside = driver.execute_script(OVERFLOW, width)
    assert wide <= width and outside == []
    seen, bad = driver.execute_script(CONTRAST)
    assert seen > (400 if file in ("en.html", "zh.html") else 10) and bad == []


@pytest.mark.parametrize("file", ["en.html", "zh.html"])
def test_names_of_controls(opened, file):
    driver = opened(file)
    selector = "button, input, select, summary, a, [role=region], svg, table#donors"
    elements = driver.find_elements(By.CSS_SELECTOR, selector)
    elements = [element for element in elements if element.is_displayed()]
    assert len(elements) > 50
    for element in elements:
        assert element.accessible_name, element.get_attribute("outerHTML")[:200]
    roles = {element.tag_name: element.aria_role for element in elements}
    assert roles["button"] == "button" and roles["input"] == "searchbox" and roles["svg"] in ("img", "image")
    headers = driver.find_elements(By.CSS_SELECTOR, "#donors th")
    assert all(header.get_attribute("scope") for header in headers)


def test_hostile_data_runs_nothing(opened):
    driver = opened("en.html")
    click(driver, driver.find_element(By.ID, "unfold"))
    ids = driver.execute_script(IDS)
    assert set(HOSTILE) - set(ids) == {"\u202egnp.exe"} and "[U+202E]gnp.exe" in ids
    assert driver.execute_script("return document.images.length + document.scripts.length") == 1
    blocked = "const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
    driver.execute_script(blocked + "document.body.append(s)")
    assert driver.execute_script("return window.ran") is None
    refused = driver.get_log("browser")  # the page forbids it, and says so
    assert refused and all("Content Security Policy" in entry["message"] for entry in refused)


def test_links_of_several_patients(opened):
    driver = opened("links.html")
    links = driver.find_elements(By.CSS_SELECTOR, "tbody a")
    assert [link.text for link in links] == ["P1", "P2"]
    click(driver, links[1])
    assert "No donor was found" in driver.find_element(By.ID, "list").text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_on_paper(driver, folder, tmp_path, lang):
    from selenium.webdriver.common.print_page_options import PrintOptions

    driver.get((folder / f"{lang}.html").as_uri())
    pages = []
    for unfolded in (False, True):
        if unfolded:
            click(driver, driver.find_element(By.ID, "unfold"))
        paper = PrintOptions()
        paper.page_width, paper.page_height = 21.0, 29.7
        paper.orientation = "landscape"
        pdf = base64.b64decode(driver.print_page(paper))
        (tmp_path / f"{lang}-{'unfolded' if unfolded else 'list'}.pdf").write_bytes(pdf)
        pages.append(pdf.count(b"/Type /Page") - pdf.count(b"/Type /Pages"))
    assert 0 < pages[0] < pages[1] <= 20


def test_without_scripts_everything_is_there(folder, driver):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.get((folder / "en.html").as_uri())
        details = driver.find_elements(By.CSS_SELECTOR, "tr.detail")
        assert details and details[0].is_displayed() and details[-1].is_displayed()
        assert not driver.find_element(By.CSS_SELECTOR, ".controls").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
