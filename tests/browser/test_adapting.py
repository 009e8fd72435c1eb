"""Pages in the reader's own colours (forced colours) and with reduced motion."""

from itertools import combinations

import pytest
from playwright.async_api import Browser

from server.assets import content

pytestmark = pytest.mark.browser

HEAD = "<!doctype html><html lang='en'><title>t</title>"
# Elements that differ in what they say alone have to look different without backgrounds and colours of our own.
STATES = {
    "button": (
        "<button class='button'>Save</button>",
        "<button class='button main'>Save</button>",
        "<button class='button' disabled>Save</button>",
        "<button class='button' aria-pressed='true'>Save</button>",
    ),
    "field": (
        "<input class='input' value='a'>",
        "<input class='input' value='a' disabled>",
        "<input class='input' value='a' aria-invalid='true'>",
        "<input class='input suggested' value='a'>",
    ),
    "chip": (
        "<label class='chip'><input type='checkbox'>Welding</label>",
        "<label class='chip'><input type='checkbox' checked>Welding</label>",
        "<label class='chip found'><input type='checkbox'>Welding</label>",
    ),
    "badge": (
        "<b>Open</b>",
        "<b class='badge'>Open</b>",
        "<b class='badge draft'>Open</b>",
        "<b class='badge full'>Open</b>",
    ),
    "place": ("<nav class='places'><a>Plans</a></nav>", "<nav class='places'><a aria-current='page'>Plans</a></nav>"),
    "tab": ("<nav class='tabs'><a>All</a></nav>", "<nav class='tabs'><a aria-current='page'>All</a></nav>"),
    "language": (
        "<div class='menu'><li><button>English</button></li></div>",
        "<div class='menu'><li><button aria-current='true'>English</button></li></div>",
    ),
    "step": (
        "<ol class='steps'><li>Consent</li></ol>",
        "<ol class='steps'><li class='done'>Consent</li></ol>",
        "<ol class='steps'><li aria-current='step'>Consent</li></ol>",
    ),
    "need in a queue": (
        "<ol class='queue'><li><a href='#'>A</a></li></ol>",
        "<ol class='queue'><li><a href='#' aria-current='page'>A</a></li></ol>",
    ),
    "meeting": (
        "<a class='meet' href='#'><b>A</b></a>",
        "<a class='meet picked' href='#'><b>A</b></a>",
        "<a class='meet lost' href='#'><b>A</b></a>",
    ),
    "score": (
        "<svg width='90' height='9'><rect class='track' width='90' height='9'/></svg>",
        "<svg width='90' height='9'><rect class='track' width='90' height='9'/>"
        "<rect class='filled' width='45' height='9'/></svg>",
    ),
    "top wish": (
        "<div class='purse'><svg width='90' height='25'><path class='spent' d='M0 3h26v16h-26z'/></svg></div>",
        "<div class='purse'><svg width='90' height='25'><path class='left' d='M0 3h26v16h-26z'/></svg></div>",
    ),
    "progress": ("<progress value='0.2'></progress>", "<progress value='0.8'></progress>", "<progress></progress>"),
    "common word": (
        "<p>a magnet</p>",
        "<p>a <mark>magnet</mark></p>",
        "<p>a <mark style='visibility: hidden'>magnet</mark></p>",
    ),
    "change": ("<p>old</p>", "<p><del>old</del></p>", "<p><ins>old</ins></p>"),
    "check": (
        "<ul class='checks'><li><span class='box'></span></li></ul>",
        "<ul class='checks'><li class='done'><span class='box'></span></li></ul>",
    ),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_states_differ_in_the_colours_of_the_reader(browser: Browser, scheme: str) -> None:
    page = await browser.new_page(viewport={"width": 320, "height": 200})
    await page.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
    style = f"<style>{content('all.css').decode()}</style>"
    alike = []
    for name, states in STATES.items():
        pictures = []
        for html in states:
            await page.set_content(f"{HEAD}{style}<main>{html}")
            pictures.append(await page.locator("main").screenshot(animations="disabled"))
        alike += [
            f"{name}: {one} {two}" for one, two in combinations(range(len(states)), 2) if pictures[one] == pictures[two]
        ]
    assert alike == []


async def test_a_qr_code_stays_dark_on_white_in_the_colours_of_the_reader(browser: Browser) -> None:
    page = await browser.new_page()
    await page.emulate_media(forced_colors="active", color_scheme="dark")
    await page.set_content(f"{HEAD}<style>{content('all.css').decode()}</style><div class='qr'></div>")
    seen = await page.evaluate(
        "(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.querySelector('.qr')))"
    )
    assert seen == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


async def test_nothing_moves_for_readers_who_asked_for_that(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(
        f"{HEAD}<style>{content('all.css').decode()}</style><button class='button' aria-busy='true'>Save</button>"
    )
    moving = """() => document.getAnimations().length"""
    assert await page.evaluate(moving) == 1
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(moving) == 0
