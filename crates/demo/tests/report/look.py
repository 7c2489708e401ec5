"""Looks at the page of `demo report` in Chromium: python look.py PAGE FOLDER [CHROMIUM]

At two widths, light and dark: nothing wider than the window, nothing on top of something else, no message, no request, and a slider
and a hover that work. Pictures of the whole page go to FOLDER. Needs Python with playwright.
"""

import pathlib
import sys

from playwright.sync_api import sync_playwright

WIDER = """() => [...document.querySelectorAll('main *')].filter(e => {
  const r = e.getBoundingClientRect();
  return r.width && (r.right > innerWidth + 0.5 || r.left < -0.5);
}).map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""

OVERLAPPING = """() => {
  const out = [];
  const look = (elements, slack) => {
    const seen = elements.map(e => [e, e.getBoundingClientRect()]).filter(([, r]) => r.width);
    seen.forEach(([e, a], i) => seen.slice(i + 1).forEach(([f, b]) => {
      if (a.left < b.right - slack && b.left < a.right - slack && a.top < b.bottom - slack && b.top < a.bottom - slack)
        out.push(`${e.tagName} ${e.textContent.slice(0, 20)} / ${f.tagName} ${f.textContent.slice(0, 20)}`);
    }));
  };
  for (const parent of document.querySelectorAll('main, section, header, .pair, #controls')) look([...parent.children], 0.5);
  for (const svg of document.querySelectorAll('svg')) look([...svg.querySelectorAll('text')], 1);
  return out;
}"""


def look(page, wide):
    faults = []
    page.on("console", lambda message: faults.append("console: " + message.text))
    page.on("pageerror", lambda error: faults.append("error: " + str(error)))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or faults.append("request: " + r.url))
    page.goto(PAGE.absolute().as_uri())
    if page.evaluate("document.documentElement.scrollWidth") > wide:
        faults.append("horizontal scroll")
    faults += page.evaluate(WIDER) + page.evaluate(OVERLAPPING)
    page.fill("#step", "3")
    marks = "#replayed .mark[data-step]"
    shown = page.eval_on_selector_all(marks, "all => all.filter(m => m.style.opacity !== '0').length")
    if shown != 2 * 3 * 4:
        faults.append(f"{shown} marks at step 3")
    if "2.823576" not in page.inner_text("#readout"):
        faults.append("the readout does not follow the slider")
    page.locator("#replayed .mark[data-step='3']").first.hover()
    if page.inner_text("#tip").splitlines()[:2] != ["GD, step 3", "x = (2.823576, 1.4614503)"]:
        faults.append("the hover shows " + repr(page.inner_text("#tip")))
    page.mouse.move(1, 1)
    page.click("#play")
    page.wait_for_timeout(1000)
    if page.input_value("#step") != "4":
        faults.append("play stands at " + page.input_value("#step"))
    return faults


PAGE, FOLDER = map(pathlib.Path, sys.argv[1:3])
with sync_playwright() as p:
    browser = p.chromium.launch(executable_path=sys.argv[3] if len(sys.argv) > 3 else None, args=["--no-sandbox"])
    failed = False
    for wide, high in ((1280, 900), (390, 844)):
        for scheme in ("light", "dark"):
            page = browser.new_context(viewport={"width": wide, "height": high}, color_scheme=scheme).new_page()
            faults = look(page, wide)
            page.screenshot(path=FOLDER / f"{wide}-{scheme}.png", full_page=True)
            print(wide, scheme, faults or "good")
            failed = failed or bool(faults)
    browser.close()
sys.exit(failed)
