// Asks the search of the rendered book what readers ask. Fails where the right page is not among the
// first three results:
//
//     npm ci && npm run searches
import { readFileSync } from "node:fs";

import { launch } from "./chromium.mjs";
import { violationsInThemes, withAxe } from "./page.mjs";
import { serve } from "./site.mjs";

const FIRST = 3;
const expected = JSON.parse(readFileSync(new URL("searches.json", import.meta.url), "utf8"));

/** The name of the page that a link leads to. */
const pageOf = (link) => new URL(link, "http://book/").pathname.match(/([^/]*)\.html$/)?.[1];

const site = await serve();
const browser = await launch();
const page = await browser.newPage();
let missed = 0;
for (const [query, name] of Object.entries(expected)) {
    await page.goto(`${site.address}introduction.html?search=${encodeURIComponent(query)}`);
    const results = page.locator("#mdbook-searchresults a");
    // None at all is an answer, too; the place is then among none.
    await results.first().waitFor({ timeout: 20_000 }).catch(() => {});
    const links = await results.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    const found = links.map(pageOf);
    const place = found.indexOf(name) + 1;
    const right = place >= 1 && place <= FIRST;
    if (!right) missed += 1;
    console.log(query.padEnd(24), name.padEnd(20), right ? `place ${place}` : `MISSED: ${found.slice(0, FIRST).join(", ")}`);
}
// What the search puts on a page is no part of any page that is looked at elsewhere.
await withAxe(page);
const wrong = await violationsInThemes(page);
wrong.forEach((what) => console.log(`what a search finds: ${what}`));
await browser.close();
site.stop();
console.log(`${Object.keys(expected).length} searches: ${missed} missed`);
process.exitCode = missed + wrong.length > 0 ? 1 : 0;
