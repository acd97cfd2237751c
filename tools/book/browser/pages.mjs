// Opens every page of the rendered book and prints what each costs; of all pages the table is kept in
// target/book-figures.txt. Fails where one is wrong:
//
//     npm ci && npm run pages [-- NAME.html...]
import { readdir, writeFile } from "node:fs/promises";

import { launch } from "./chromium.mjs";
import { THEMES, WIDTHS, visit, visitWithoutScripts } from "./page.mjs";
import { BOOK, serve } from "./site.mjs";

/** What a page may cost. One whose drawing can be worked may be larger. */
const BYTES = 130_000;
const BYTES_WITH_FIGURE = 140_000;
const REQUESTS = 28;
const WITH_FIGURE = ["15_gil.html"];

/** Repeats of other pages: the whole book for the printer, a frame of links, the first page. */
const COPIES = ["print.html", "toc.html", "index.html"];

/** Where CI finds the table. */
const FIGURES = new URL("../../../target/book-figures.txt", import.meta.url);

const site = await serve();
const browser = await launch();
const files = await readdir(BOOK, { recursive: true });
const wanted = process.argv.slice(2);
const names = files
    .filter((name) => name.endsWith(".html") && !COPIES.includes(name))
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .sort();
const pages = new Map();

async function examine(name) {
    const page = { bytes: 0, requests: 0, ids: new Set(), links: new Set(), wrong: new Set() };
    pages.set(name, page);
    for (const width of WIDTHS) {
        const seen = await visit(browser, site.address, name, width);
        page.bytes = Math.max(page.bytes, seen.bytes);
        page.requests = Math.max(page.requests, seen.requests);
        seen.ids.forEach((id) => page.ids.add(id));
        seen.links.forEach((link) => page.links.add(link));
        [page.next, page.previous, page.words] = [seen.next, seen.previous, seen.words];
        seen.wrong.forEach((what) => page.wrong.add(`at ${width} px, ${what}`));
    }
    for (const what of await visitWithoutScripts(browser, site.address, name, page.words)) page.wrong.add(what);
    const most = WITH_FIGURE.includes(name) ? BYTES_WITH_FIGURE : BYTES;
    if (page.bytes > most) page.wrong.add(`it costs ${page.bytes} bytes; ${most} are allowed`);
    if (page.requests > REQUESTS) page.wrong.add(`it needs ${page.requests} requests; ${REQUESTS} are allowed`);
}

/** The links of the pages that lead nowhere. mdBook's 404 page takes its own headings for the first page's. */
function follow() {
    for (const [of, page] of pages) {
        if (of === "404.html") continue;
        for (const link of page.links) {
            if (!link.startsWith(site.address)) continue;
            const [path, fragment] = link.slice(site.address.length).split("#");
            const name = decodeURIComponent(path.split("?")[0]) || "introduction.html";
            const target = pages.get(name === "index.html" ? "introduction.html" : name);
            if (!target) {
                // Where only some are looked at, the others are there all the same.
                if (!files.includes(name)) page.wrong.add(`a link leads to ${name}, which is not there`);
            } else if (fragment && !target.ids.has(decodeURIComponent(fragment))) {
                page.wrong.add(`a link leads to #${fragment} in ${name}, which is not there`);
            }
        }
    }
}

/** The pages that who turns page after page does not come to, or not back from. */
function turn() {
    const all = new Map(names.map((name) => [site.address + name, pages.get(name)]));
    const missed = new Set(all.keys());
    // mdBook's 404 page has no place among the others.
    missed.delete(`${site.address}404.html`);
    let last;
    for (let at = `${site.address}introduction.html`; missed.delete(at); at = all.get(at).next) {
        if (last && all.get(at).previous !== last) all.get(at).wrong.add(`its link to the previous page does not lead to ${last}`);
        last = at;
    }
    for (const at of missed) all.get(at).wrong.add("no chain of links to the next page leads to it; list it in SUMMARY.md");
}

const queue = [...names];
const work = async () => {
    for (let name = queue.shift(); name; name = queue.shift()) await examine(name);
};
// While one waits for the network to be idle, others use the processors.
await Promise.all([work(), work(), work()]);
follow();
if (wanted.length === 0) turn();
await browser.close();
site.stop();

const row = (name, ...cells) => [name.padEnd(52), ...cells.map((cell) => String(cell).padStart(9))].join(" ");
const figures = names.map((name) => {
    const { bytes, requests, wrong } = pages.get(name);
    return row(name, bytes, requests, wrong.size);
});
const table = [row("page", "bytes", "requests", "problems"), ...figures].join("\n");
console.log(table);
if (wanted.length === 0) await writeFile(FIGURES, `${table}\n`);
const problems = names.flatMap((name) => [...pages.get(name).wrong].map((what) => `${name}: ${what}`));
problems.forEach((problem) => console.log(problem));
console.log(`${names.length} pages, each ${WIDTHS.join(" and ")} px wide, ${THEMES.join(" and ")}, and without scripts: ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
