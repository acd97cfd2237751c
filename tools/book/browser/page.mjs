// Looks at one page in one dress, and says what is wrong with it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { colors, controls, faint, names, print, text } from "./sight.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The widths (CSS pixels) and themes in which every page is looked at. */
export const WIDTHS = [1280, 360];
export const THEMES = ["light", "navy"];

/** Collects what a page complains of, and whom else it asks; `wrong` grows as the page lives. */
export function listen(page, address) {
    const wrong = [];
    page.on("console", (message) => {
        if (message.type() === "error") wrong.push(`the console says: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`a script fails: ${error.message}`));
    page.on("request", (request) => {
        if (!request.url().startsWith(address) && !request.url().startsWith("data:")) {
            wrong.push(`it asks another site: ${request.url()}`);
        }
    });
    return wrong;
}

/** Adds up what a page asks for, and what it costs (bytes with headers). */
function meter(page) {
    const cost = { bytes: 0, requests: 0, sizes: [] };
    page.on("request", () => (cost.requests += 1));
    page.on("requestfinished", (request) => {
        cost.sizes.push(
            request.sizes().then((size) => {
                cost.bytes += size.responseBodySize + size.responseHeadersSize;
            }),
        );
    });
    return cost;
}

/** What a look at the page finds; of what one mistake makes many times, three tell enough. */
const some = async (page, look) => (await page.evaluate(look)).slice(0, 3);

/** Runs in the page: by how much it is wider than the window. What scrolls is not the root but what mdBook puts
    the text into. */
export const over = () =>
    Math.max(...[...document.querySelectorAll(":root, .content")].map((part) => part.scrollWidth - part.clientWidth));

/** Runs in the page: what a look at its elements tells. */
function look() {
    const all = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return {
        ids: [...new Set(all)],
        twice: [...new Set(all.filter((id, at) => all.indexOf(id) !== at))],
        // A link in a drawing has an `href` of another kind.
        links: [...document.querySelectorAll("a[href]")].map(
            (link) => new URL(link.getAttribute("href"), document.baseURI).href,
        ),
        next: document.querySelector("a.nav-chapters.next")?.href,
        previous: document.querySelector("a.nav-chapters.previous")?.href,
        title: document.title,
        text: document.querySelector("main")?.innerText.trim().length ?? 0,
        // What is worked by hand needs scripts, and has a still picture for who has none.
        words: [...document.querySelectorAll("main :is(p, li, h1, h2, h3, h4, td, th, figcaption, code)")]
            .filter((part) => !part.closest(".live"))
            .map((part) => part.textContent.replace(/\s+/g, " ").trim())
            .filter(Boolean),
    };
}

/** Opens a page anew and tells what it costs, what it holds, and what is wrong. */
export async function visit(browser, address, name, width) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    try {
        const page = await context.newPage();
        const wrong = listen(page, address);
        const cost = meter(page);
        const answer = await page.goto(address + name, { waitUntil: "networkidle" });
        await Promise.all(cost.sizes);
        const { bytes, requests } = cost;
        if (answer.status() !== 200) wrong.push(`the server answers ${answer.status()}`);
        // Code gets its colors block by block, in the order of the page, when there is nothing else to do.
        await page.evaluate(() => new Promise((colored) => requestIdleCallback(colored)));
        // What is folded is part of the page.
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
        const seen = await page.evaluate(look);
        const wider = await page.evaluate(over);
        if (wider > 0) wrong.push(`it is ${wider} px wider than the window`);
        for (const id of seen.twice) wrong.push(`the id ${id} is there twice`);
        const eyes = width === WIDTHS[0] ? [text, names, controls, colors] : [text];
        for (const look of eyes) wrong.push(...(await some(page, look)));
        await withAxe(page);
        wrong.push(...(await violationsInThemes(page)));
        if (width === WIDTHS[0]) wrong.push(...(await printed(page)));
        const { ids, links, next, previous, words } = seen;
        return { bytes, requests, ids, links, next, previous, words, wrong };
    } finally {
        await context.close();
    }
}

/** Brings axe into a page. */
export const withAxe = (page) => page.evaluate(AXE);

/** The rules of accessibility that the page breaks in each theme. A theme changes colors alone, so what is
    not about colors is asked once. */
export async function violationsInThemes(page) {
    const colors = (tags) => axe.getRules(tags).filter((rule) => rule.tags.includes("cat.color"));
    const rules = (await page.evaluate(colors, WCAG)).map(({ ruleId }) => ruleId);
    const all = { type: "tag", values: WCAG };
    const wrong = [];
    for (const theme of THEMES) {
        await page.evaluate((id) => document.getElementById(id).click(), `mdbook-theme-${theme}`);
        const runOnly = theme === THEMES[0] ? all : { type: "rule", values: rules };
        const found = [...(await violations(page, runOnly)), ...(await some(page, faint))];
        wrong.push(...found.map((what) => `in ${theme}, ${what}`));
    }
    return wrong;
}

/** What is wrong with the page on paper, in the theme that it has, which is the dark one. */
async function printed(page) {
    await page.emulateMedia({ media: "print" });
    const found = [...(await some(page, print)), ...(await some(page, faint))];
    return found.map((what) => `on paper, ${what}`);
}

async function violations(page, runOnly) {
    const found = await page.evaluate((options) => axe.run(options), { runOnly, resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `axe finds ${id}: ${node.target.join(" ")}`),
    );
}

/** What a reader lacks whose browser runs no scripts; `words` are there with them. */
export async function visitWithoutScripts(browser, address, name, words) {
    const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 360, height: 900 },
    });
    try {
        const page = await context.newPage();
        await page.goto(address + name);
        const seen = await page.evaluate(look);
        const wrong = [];
        if (seen.text < 100) wrong.push("without scripts it shows no text");
        const wider = await page.evaluate(over);
        if (wider > 0) wrong.push(`without scripts it is ${wider} px wider than the window`);
        const missing = words.filter((part) => !seen.words.includes(part));
        for (const part of missing) wrong.push(`without scripts this is not there; write it into the page: ${part.slice(0, 50)}`);
        const contents = page.frameLocator("nav iframe").getByRole("link");
        if ((await contents.count()) === 0) wrong.push("without scripts there is no table of contents");
        return wrong;
    } finally {
        await context.close();
    }
}
