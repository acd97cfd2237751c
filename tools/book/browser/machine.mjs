// Gives the page "Your machine" records of labs, whole and broken, as a reader does. Fails where what is
// shown is wrong:
//
//     npm ci && npm run machine
import { readFile, readdir } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { launch } from "./chromium.mjs";
import { WIDTHS, listen, over, violationsInThemes, withAxe } from "./page.mjs";
import { BOOK, serve } from "./site.mjs";

const LAB = "04_threads/thread_price";
const recorded = JSON.parse(await readFile(`${BOOK}results/${LAB}.json`, "utf8"));

/** The book's record, changed. */
const changed = (change) => {
    const record = structuredClone(recorded);
    change(record);
    return JSON.stringify(record);
};
const twice = changed(({ samples }) => {
    for (const of of Object.values(samples)) of.wall_ns = of.wall_ns.map((ns) => 2 * ns);
});
const SCRIPT = "<img src=x onerror='document.title=\"harmed\"'>";

/** Files, and what the page must say of them. */
const REFUSED = [
    ["{\"lab\":", "is no JSON"],
    ["[1, 2]", "\"lab\" is no FOLDER/LAB"],
    ["null", "it is no object"],
    [changed((record) => (record.lab = "../../secret")), "\"lab\" is no FOLDER/LAB"],
    [changed((record) => (record.lab = "04_threads/no_such_lab")), "The book has no lab 04_threads/no_such_lab"],
    [changed((record) => delete record.samples), "\"samples\" is missing"],
    [changed((record) => (record.panels[0].rows[0].units = 0)), "row \"a thread\" lacks a number"],
    [changed((record) => record.samples.thread.wall_ns.push(-1)), "the samples of \"a thread\""],
    [changed((record) => (record.samples.thread.wall_ns[0] = "1")), "the samples of \"a thread\""],
    [changed((record) => delete record.samples.thread), "the samples of \"a thread\""],
    [twice.replace(/"wall_ns":\[\d+/, "\"wall_ns\":[1e999"), "are no numbers"],
    [changed((record) => (record.panels = Array(600).fill(record.panels[0]))), "more than 500 rows"],
    [" ".repeat(5 << 20), "larger than 4 MiB"],
];

const wrong = [];
const expect = (holds, what) => holds || wrong.push(what);

/** Drops a file on the page as a pointer does. */
const drop = (page, text) =>
    page.evaluate((content) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content], "yours.json"));
        document.querySelector("main").dispatchEvent(
            new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
        );
    }, text);
const file = (text) => ({ name: "yours.json", mimeType: "application/json", buffer: Buffer.from(text) });
const said = async (page) => {
    const status = page.locator(".your-machine [role=status]");
    await page.waitForFunction(() => {
        const text = document.querySelector(".your-machine [role=status]").textContent;
        return text && !text.startsWith("Reading");
    });
    return status.textContent();
};
const cells = (page) => page.locator(".your-machine td").allTextContents();

const site = await serve();
const browser = await launch();

/** A page of its own for each look; it may complain of nothing. */
async function look(name, address, width, body) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    const heard = listen(page, address);
    await page.goto(address + "your_machine.html", { waitUntil: "load" });
    try {
        await body(page);
    } catch (error) {
        wrong.push(`${name}: ${error.message}`);
    }
    // That a record is not there, or cannot be fetched, the browser tells on its own.
    const complaints = heard.filter((what) => !/404|file:|ERR_FAILED/.test(what));
    wrong.push(...complaints.map((what) => `${name}: ${what}`));
    await context.close();
}

const rows = recorded.panels.reduce((sum, panel) => sum + panel.rows.length, 0);
for (const width of WIDTHS) {
    await look(`at ${width} px`, site.address, width, async (page) => {
        await drop(page, twice);
        expect((await said(page)).includes("is drawn"), `at ${width} px a record is not drawn`);
        const named = await page.locator(".your-machine input").first().evaluate((field) => field.files[0]?.name);
        expect(named === "yours.json", `the field names ${named} and not the file that was dropped`);
        const ratios = await page.locator(".your-machine td:last-child").allTextContents();
        expect(ratios.length === rows && ratios.every((ratio) => ratio === "2.0"), `the ratios are ${ratios}`);
        for (const [mark, what] of [["circle.book", "circles"], ["path.yours[d$=z]", "diamonds"]]) {
            const marks = await page.locator(`.your-machine svg ${mark}`).count();
            expect(marks === rows, `there are ${marks} ${what} for ${rows} rows`);
        }
        const wider = await page.evaluate(over);
        expect(wider <= 0, `at ${width} px the drawing is ${wider} px wider than the window`);
        await withAxe(page);
        wrong.push(...(await violationsInThemes(page)).map((what) => `at ${width} px ${what}`));
    });
}
await look("by keyboard", site.address, WIDTHS[0], async (page) => {
    await page.locator("main").focus();
    const isThere = () => page.evaluate(() => document.activeElement.matches(".your-machine input"));
    for (let stop = 0; stop < 20 && !(await isThere()); stop += 1) await page.keyboard.press("Tab");
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Space")]);
    await chooser.setFiles(file(twice));
    expect((await said(page)).includes("is drawn"), "a file that is chosen is not drawn");
});
await look("broken files", site.address, WIDTHS[0], async (page) => {
    for (const [text, says] of REFUSED) {
        await drop(page, text);
        const message = await said(page);
        expect(message.includes(says), `it should say ${says}: ${message}`);
        expect((await cells(page)).length === 0, `it draws what it refuses: ${says}`);
    }
});
await look("a hostile file", site.address, WIDTHS[0], async (page) => {
    await drop(page, changed((record) => {
        record.machine.cpu = record.panels[0].title = record.panels[0].rows[0].label = SCRIPT;
        record.machine.cores = record.busy.shares = { toString: 1 };
        record.samples.__proto__ = record.samples.constructor = record.samples.thread;
    }));
    expect((await said(page)).includes("is drawn"), "words of a file keep it from being drawn");
    expect((await page.locator(".your-machine img").count()) === 0, "words of a file become an element");
    expect((await page.title()) !== "harmed", "words of a file become a script");
    const text = await page.locator(".your-machine").textContent();
    expect(text.includes(SCRIPT), "the label of a row is not shown as it is written");
});
await look("other variants", site.address, WIDTHS[0], async (page) => {
    await drop(page, changed((record) => {
        record.samples.new_one = record.samples.process;
        record.panels[0].rows = record.panels[0].rows.filter(({ variant }) => variant !== "process");
        delete record.samples.process;
    }));
    await said(page);
    const text = await page.locator(".your-machine").textContent();
    expect(text.includes("Not measured: a process, by fork (yours)"), "it does not name what the file lacks");
    expect(text.includes("Not measured: new one (book)"), "it does not name what the book lacks");
});
await look("lines and bytes", site.address, WIDTHS[0], async (page) => {
    const x = (record) => {
        record.panels = [{ title: "one of many", x: "how many", rows: [64, 1024].map((at) => (
            { label: "a task", at, variant: `tasks_${at}`, units: at })) }];
        record.samples = { tasks_64: { bytes: [64 << 10] }, tasks_1024: { bytes: [2 << 20] } };
    };
    await page.route("**/results/**", (route) => route.fulfill({ body: changed(x), contentType: "application/json" }));
    await drop(page, changed(x));
    expect((await said(page)).includes("is drawn"), "lines are not drawn");
    const shown = await cells(page);
    const expected = ["1.0 KiB", "1.0 KiB", "1.0", "2.0 KiB", "2.0 KiB", "1.0"];
    expect(shown.join().replaceAll("\u00a0", " ") === expected.join(), `of lines and bytes it shows ${shown}`);
    expect((await page.locator(".your-machine svg circle").count()) === 2, "a line has not a mark for each place");
});
const labs = (await readdir(`${BOOK}results`, { recursive: true })).filter((name) => name.endsWith(".json"));
await look("every lab of the book", site.address, WIDTHS[1], async (page) => {
    for (const name of labs) {
        const record = await readFile(`${BOOK}results/${name}`, "utf8");
        await drop(page, record);
        const message = await said(page);
        const says = Object.keys(JSON.parse(record).samples).length > 0 ? "is drawn" : "keeps no samples";
        expect(message.includes(says), `of ${name} it says ${message}`);
        const ratios = await page.locator(".your-machine td:last-child").allTextContents();
        expect(ratios.every((ratio) => ratio === "1.0" || ratio === "—"), `${name} differs from itself: ${ratios}`);
        const wider = await page.evaluate(over);
        expect(wider <= 0, `${name} is drawn ${wider} px wider than the window`);
    }
});
await look("opened as a file", pathToFileURL(BOOK).href, WIDTHS[0], async (page) => {
    const [first, second] = [0, 1].map((nth) => page.locator(".your-machine input").nth(nth));
    expect(!(await second.isVisible()), "it asks for a second file before it needs one");
    await first.setInputFiles(file(twice));
    expect((await said(page)).includes("cannot be fetched"), "it does not say that a file cannot fetch");
    await second.setInputFiles(file(JSON.stringify({ ...recorded, lab: "02_lifecycle/fork_price" })));
    expect((await said(page)).includes("is of 02_lifecycle/fork_price"), "it compares two labs");
    await second.setInputFiles(file(JSON.stringify(recorded)));
    expect((await said(page)).includes("is drawn"), "a second file is not drawn");
});

await browser.close();
site.stop();
wrong.forEach((what) => console.log(what));
console.log(`the page "Your machine", with ${labs.length} labs and ${REFUSED.length} broken files: ${wrong.length} problems`);
process.exitCode = wrong.length > 0 ? 1 : 0;
