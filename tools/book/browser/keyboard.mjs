// Reads a page of the rendered book with the keyboard alone. Fails where a key does nothing, or where
// something that can be worked is not reached by Tab:
//
//     npm ci && npm run keyboard
import { launch } from "./chromium.mjs";
import { WIDTHS, listen } from "./page.mjs";
import { serve } from "./site.mjs";

/** Pages with exercises, commands to copy, and code that is wider than a telephone. */
const PAGE = "02_lifecycle.html";
const BEFORE = "01_processes.html";
/** What a reader waits at most for what a key starts, in milliseconds. */
const PATIENCE = 20_000;
/** No page of the book has more stops. */
const MOST_STOPS = 1_000;

const TOGGLE = "button[aria-controls=mdbook-sidebar]";
const THEMES = "#mdbook-theme-toggle";

const site = await serve();
const browser = await launch();
const wrong = [];

/** Whether a selector matches what has the focus. */
const has = (page, selector) => page.evaluate((s) => document.activeElement.matches(s), selector);

/** Presses Tab until something matches, or all stops were passed. */
async function tabTo(page, selector, key = "Tab") {
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
        await page.keyboard.press(key);
        if (await has(page, selector)) return;
        if (await has(page, "body")) break;
    }
    throw new Error(`${key} does not lead to ${selector}`);
}

async function until(page, what, holds, argument) {
    await page.waitForFunction(holds, argument, { timeout: PATIENCE }).catch(() => {
        throw new Error(`${what} does not happen`);
    });
}

/** Opens the page anew, reads it with `body`, and keeps what is wrong. */
async function look(name, width, body) {
    const context = await browser.newContext({
        viewport: { width, height: 900 },
        permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const heard = listen(page, site.address);
    await page.goto(site.address + PAGE, { waitUntil: "networkidle" });
    // Before the page is drawn, a key may go nowhere.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
    try {
        await body(page);
    } catch (error) {
        heard.push(error.message);
    }
    wrong.push(...heard.map((what) => `${name}, at ${width} px: ${what}`));
    await context.close();
}

/** Runs in the page: marks what a keyboard must reach, and returns how many that are. */
function markWanted() {
    const scrolls = (element) =>
        element.scrollWidth > element.clientWidth && ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const works = "main :is(a[href], button, summary, input, select), .nav-chapters, .mobile-nav-chapters";
    const wanted = [
        ...document.querySelectorAll(works),
        ...[...document.querySelectorAll("main *")].filter(scrolls),
    ].filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex !== -2);
    wanted.forEach((element) => element.setAttribute("data-wanted", ""));
    return wanted.length;
}

/** Runs in the page: notes that what has the focus was reached, and tells how it looks. */
function note() {
    const element = document.activeElement;
    if (element === document.body) return null;
    element.removeAttribute("data-wanted");
    const { top, bottom, left, right } = element.getBoundingClientRect();
    return {
        name: element.outerHTML.slice(0, 80).replaceAll("\n", " "),
        isInSight: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
        isMarked: getComputedStyle(element).outlineStyle !== "none",
    };
}

/** Goes through all stops of the page; returns how many. */
async function walk(page) {
    let stops = 0;
    while (stops < MOST_STOPS) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(note);
        if (!at) break;
        stops += 1;
        if (!at.isInSight) throw new Error(`what has the focus is out of sight: ${at.name}`);
        if (!at.isMarked) throw new Error(`the focus is not seen on ${at.name}`);
    }
    return stops;
}

for (const width of WIDTHS) {
    await look("the skip link", width, async (page) => {
        await page.keyboard.press("Tab");
        if (!(await has(page, ".skip"))) throw new Error("it is not the first stop");
        await page.keyboard.press("Enter");
        if (!(await has(page, "main"))) throw new Error("it does not lead to the text");
        await page.keyboard.press("Tab");
        if (!(await has(page, "main *"))) throw new Error("the next stop is not in the text");
    });

    await look("all stops", width, async (page) => {
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
        const wanted = await page.evaluate(markWanted);
        if (wanted < 100) throw new Error(`of ${PAGE} only ${wanted} places are looked for`);
        await walk(page);
        const missed = await page.evaluate(() =>
            [...document.querySelectorAll("[data-wanted]")].map((element) => element.outerHTML.slice(0, 80)));
        if (missed.length > 0) throw new Error(`Tab does not reach ${missed.length}, such as ${missed[0]}`);
    });

    await look("the sidebar", width, async (page) => {
        const isOpen = () => page.locator(TOGGLE).getAttribute("aria-expanded").then((is) => is === "true");
        if ((await isOpen()) !== width > 1000) throw new Error("it is open where it should be closed, or the reverse");
        await tabTo(page, TOGGLE);
        if (!(await isOpen())) await page.keyboard.press("Enter");
        if (!(await isOpen())) throw new Error("Enter does not open it");
        await until(page, "to come into sight", () => {
            const { left, width } = document.getElementById("mdbook-sidebar").getBoundingClientRect();
            return width > 0 && left >= 0;
        });
        // Its links come before its button.
        await page.evaluate(() => document.querySelectorAll("#mdbook-sidebar :is(a[href], .chapter-fold-toggle)")
            .forEach((link) => link.checkVisibility() && link.setAttribute("data-wanted", "")));
        const links = await page.locator("#mdbook-sidebar [data-wanted]").count();
        if (links < 15) throw new Error(`it has only ${links} links`);
        // The skip link is the first of all, and before it comes the browser itself.
        for (let stop = 0; stop < MOST_STOPS && !(await has(page, ".skip")); stop += 1) {
            await page.keyboard.press("Shift+Tab");
            const at = await page.evaluate(note);
            if (!at) break;
            if (!at.isInSight) throw new Error(`what has the focus is out of sight: ${at.name}`);
        }
        const missed = await page.locator("#mdbook-sidebar [data-wanted]").count();
        if (missed > 0) throw new Error(`Shift and Tab reach all but ${missed} of its ${links} links`);

        await tabTo(page, "#mdbook-sidebar .chapter-fold-toggle");
        const shown = () => page.locator("#mdbook-sidebar a[href]:visible").count();
        const folded = await shown();
        await page.keyboard.press("Enter");
        if ((await shown()) <= folded) throw new Error("Enter on an arrow does not unfold what belongs to it");
        await page.keyboard.press("Space");
        if ((await shown()) !== folded) throw new Error("the space bar on an arrow does not fold it again");

        await tabTo(page, TOGGLE);
        await page.keyboard.press("Space");
        if (await isOpen()) throw new Error("the space bar does not close it");
        await until(page, "that it is gone", () => !document.getElementById("mdbook-sidebar").checkVisibility());
        if (!(await has(page, TOGGLE))) throw new Error("the focus is lost where it closes");
        await page.keyboard.press("Shift+Tab");
        if (await has(page, "#mdbook-sidebar *")) throw new Error("closed, it still takes the focus");
    });

    await look("a link of the sidebar", width, async (page) => {
        await tabTo(page, TOGGLE);
        if (width < 1000) await page.keyboard.press("Enter");
        await tabTo(page, `#mdbook-sidebar a[href$="${BEFORE}"]`, "Shift+Tab");
        await page.keyboard.press("Enter");
        await page.waitForURL(`**/${BEFORE}`, { timeout: PATIENCE });
    });

    await look("the themes", width, async (page) => {
        const dress = () => page.evaluate(() => document.documentElement.className);
        const isOpen = () => page.locator("#mdbook-theme-list").isVisible();
        await tabTo(page, THEMES);
        await page.keyboard.press("Enter");
        if (!(await isOpen())) throw new Error("Enter does not open the menu");
        if (!(await has(page, "#mdbook-theme-light"))) throw new Error("the theme of the page has not the focus");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        if (!/\bnavy\b/.test(await dress())) throw new Error("arrow down and Enter do not choose the next theme");
        await page.keyboard.press("Escape");
        if (await isOpen()) throw new Error("Escape does not close the menu");
        if (!(await has(page, THEMES))) throw new Error("the focus is lost where the menu closes");
    });

    await look("the search", width, async (page) => {
        await page.keyboard.press("/");
        await until(page, "a field for the words", () => document.activeElement.id === "mdbook-searchbar");
        await page.keyboard.type("zombie");
        await until(page, "a result", () => document.querySelector("#mdbook-searchresults a"));
        await page.keyboard.press("ArrowDown");
        await until(page, "arrow down to a result", () => document.querySelector("#mdbook-searchresults .focus"));
        await page.keyboard.press("Escape");
        if (await page.locator("#mdbook-searchbar").isVisible()) throw new Error("Escape does not close it");
    });

    await look("a command", width, async (page) => {
        await tabTo(page, ".exercise .command .clip-button");
        await page.keyboard.press("Enter");
        await until(page, "a word that it is copied", () => document.activeElement.textContent.includes("Copied"));
        const [copied, command] = await page.evaluate(async () => [
            await navigator.clipboard.readText(),
            document.activeElement.closest("pre").querySelector("code").textContent,
        ]);
        if (copied !== command) throw new Error(`it copies ${copied} instead of ${command}`);
    });

    await look("the next and the previous page", width, async (page) => {
        await page.keyboard.press("ArrowLeft");
        await page.waitForURL(`**/${BEFORE}`, { timeout: PATIENCE, waitUntil: "load" });
        await page.keyboard.press("ArrowRight");
        await page.waitForURL(`**/${PAGE}`, { timeout: PATIENCE });
    });
}

await look("the text beside the sidebar", WIDTHS[1], async (page) => {
    await tabTo(page, TOGGLE);
    await page.keyboard.press("Enter");
    await tabTo(page, "main *");
    await until(page, "that the sidebar makes room for the text", () =>
        !document.getElementById("mdbook-sidebar").checkVisibility());
    const at = await page.evaluate(note);
    if (!at?.isInSight) throw new Error("the focus is out of sight, or lost");
});

await look("code that is wider than the page", WIDTHS[1], async (page) => {
    await tabTo(page, "main pre > code");
    await page.keyboard.press("ArrowRight");
    await until(page, "that the arrow scrolls it", () => document.activeElement.scrollLeft > 0);
    if (!page.url().endsWith(PAGE)) throw new Error("the arrow turns the page");
});

await browser.close();
site.stop();
wrong.forEach((what) => console.log(what));
console.log(`${PAGE} by keyboard, ${WIDTHS.join(" and ")} px wide: ${wrong.length} problems`);
process.exitCode = wrong.length > 0 ? 1 : 0;
