// The page "Your machine": a reader's record of a lab, drawn over the book's. What is dropped may be anything.
(() => {
    // What is put inside an element is text or an element, never markup.
    const maker = (kind) => (name, attributes, ...inside) => {
        const element = document.createElementNS(`http://www.w3.org/${kind}`, name);
        for (const name in attributes) element.setAttribute(name, attributes[name]);
        element.append(...inside);
        return element;
    };
    const el = maker("1999/xhtml"), svg = maker("2000/svg");

    // ---- A record, checked.

    const MOST_MIB = 4, MOST_ROWS = 500;
    /** The title of what no panel shows. */
    const REST = "a whole sample";
    const AGAIN = "Drop the file that the lab names in its last line.";
    const isSize = (value) => Number.isFinite(value) && value >= 0;
    const isObject = (value) => typeof value === "object" && value !== null;
    const short = (value) => (typeof value === "string" ? value.slice(0, 200) : "unknown");

    const parse = (text, file) => {
        let record;
        try {
            record = JSON.parse(text);
        } catch (error) {
            throw Error(`${file} is no JSON: ${error.message}. ${AGAIN}`);
        }
        const check = (holds, reason) => {
            if (!holds) throw Error(`${file} is not the record of a lab: ${reason}. ${AGAIN}`);
        };
        check(isObject(record), "it is no object");
        const { lab, machine, busy, samples, panels = [] } = record;
        check(typeof lab === "string" && /^\w+\/\w+$/.test(lab), "its \"lab\" is no FOLDER/LAB");
        check([machine, busy, samples].every(isObject), "\"machine\", \"busy\" or \"samples\" is missing");
        check(Array.isArray(panels) && panels.every((panel) => Array.isArray(panel?.rows)), "a panel has no rows");
        const rows = [], all = new Map(Object.entries(samples)), left = new Set(all.keys());
        const add = (title, x, at, label, variant, units) => {
            const has = all.get(variant), unit = has?.bytes ? "bytes" : "wall_ns", values = has?.[unit];
            check(Array.isArray(values) && values.length && values.every(isSize),
                `the samples of "${label}" are no numbers from 0 on`);
            const sorted = values.toSorted((a, b) => a - b);
            const rank = (share) => sorted[Math.round((sorted.length - 1) * share)] / units;
            rows.push({ title, x, at, label, unit, low: rank(0.1), median: rank(0.5), high: rank(0.9) });
            check(rows.length <= MOST_ROWS, `it has more than ${MOST_ROWS} rows`);
            left.delete(variant);
        };
        for (const panel of panels) {
            const x = panel.x === undefined ? "" : short(panel.x);
            for (const row of panel.rows) {
                const at = x ? row?.at : 1, label = short(row?.label);
                check(at >= 1 && isSize(at) && row?.units >= 1 && isSize(row.units), `row "${label}" lacks a number`);
                add(short(panel.title), x, at, label, row.variant, row.units);
            }
        }
        for (const name of left) add(REST, "", 1, short(name).replaceAll("_", " "), name, 1);
        return { ...record, rows };
    };

    // ---- Numbers and words.

    const UNITS = {
        wall_ns: [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]],
        bytes: [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10], ["B", 1]],
        count: [["Mi", 2 ** 20], ["Ki", 2 ** 10], ["", 1]],
    };
    /** Two significant digits. */
    const digits = (value) => (value && value < 10 ? value.toPrecision(2) : String(Number(value.toPrecision(2))));
    const readable = (value, unit, write = digits) => {
        // A time is rounded first: 999.6 µs are 1.0 ms.
        const rounded = unit === "wall_ns" ? Number(value.toPrecision(2)) : value;
        const [name, size] = UNITS[unit].find(([, size]) => rounded >= size) ?? UNITS[unit].at(-1);
        return `${write(value / size)}\u00a0${name}`;
    };
    const tick = (value, unit) => readable(value, unit, (power) => Number(power.toPrecision(4)));

    const number = (value, times = 1) => (isSize(value) ? Math.round(value * times) : "unknown");
    const aboutMachine = ({ cpu, cores, is_virtual, memory_mib, kernel, rustc, commit, date }) =>
        `${short(cpu)}${is_virtual === true ? " (virtual machine)" : ""}, ${number(cores)} cores, ` +
        `${number(memory_mib, 1 / 1024)} GiB, Linux ${short(kernel)}, ${short(rustc)}, ` +
        `commit ${short(commit)}, ${short(date).slice(0, 10)}.`;

    // The bounds are those of tools/labkit/src/busy.rs.
    const aboutBusy = ({ shares }) => {
        const quiet = shares?.others <= 0.1 && shares.stolen <= 0.02;
        return ` It was ${quiet ? "quiet" : "busy: trust the orders, not the digits"}. Others used ` +
            `${number(shares?.others, 100)}\u00a0%, its host ${number(shares?.stolen, 100)}\u00a0%.`;
    };

    // ---- Drawings: rows of dots, or where a panel has an x axis a small plot for each label.

    const WIDTH = 440, WHO = ["book", "yours"];
    const path = (name, d) => svg("path", { class: name, d });
    const words = (text, x, y, name) => svg("text", { x, y, class: name }, text);
    const mark = (who, x, y) => who === "book" ? svg("circle", { class: who, cx: x, cy: y, r: 5 })
        : path(who, `M${x - 7} ${y}l7-7l7 7l-7 7z`);
    const drawing = (height, says, parts) => svg("svg", { role: "img", "aria-label": says,
        viewBox: `0 0 ${WIDTH} ${height}` }, ...parts);

    /** A logarithmic axis: from a value to its pixel, and marks at a few powers. */
    const axis = (values, from, to, base) => {
        const power = (value) => Math.log(Math.max(value, base === 10 ? 0.01 : 1)) / Math.log(base);
        const low = Math.floor(power(Math.min(...values)) + 1e-9);
        const high = Math.max(Math.ceil(power(Math.max(...values)) - 1e-9), low + 1);
        const step = Math.ceil((high - low + 1) / 4), marks = [];
        for (let at = low; at <= high; at += step) marks.push(base ** at);
        return [(value) => Math.round(from + (power(value) - low) / (high - low) * (to - from)), marks];
    };
    const axisOf = ({ unit, rows }, from, to) => axis(rows.flatMap((row) => WHO.flatMap((who) =>
        row[who] ? [row[who].low, row[who].high] : [])), from, to, unit === "bytes" ? 4 : 10);

    const dots = (panel) => {
        const right = WIDTH - 124, bottom = 62 * panel.rows.length;
        const [px, marks] = axisOf(panel, 30, right - 16);
        const parts = marks.flatMap((value) => [path("grid", `M${px(value)} 4V${bottom + 4}`),
            words(tick(value, panel.unit), px(value), bottom + 20, "middle")]);
        panel.rows.forEach((row, index) => {
            parts.push(words(row.label, 2, index * 62 + 16));
            WHO.forEach((who, line) => {
                const y = index * 62 + 31 + line * 19, has = row[who];
                parts.push(words(`${who} ${has ? readable(has.median, panel.unit) : "—"}`, right + 12, y + 5));
                if (has) parts.push(path(who, `M${px(has.low)} ${y}H${px(has.high)}`), mark(who, px(has.median), y));
            });
        });
        return [drawing(bottom + 28, panel.title, parts)];
    };

    const curves = (panel) => {
        const left = 62, right = WIDTH - 62, bottom = 150;
        const places = [...new Set(panel.rows.map(({ at }) => at))].sort((a, b) => a - b);
        const [px] = axis(places, left + 8, right - 16, 2);
        // Numbers that would touch are left out.
        const across = places.filter((at, index) => !index || px(at) - px(places[index - 1]) > 30);
        const [py, up] = axisOf(panel, bottom, 32);
        return [...new Set(panel.rows.map(({ label }) => label))].map((label) => {
            const parts = [words(label, 2, 14), words(panel.x, WIDTH / 2, bottom + 36, "middle"),
                ...across.map((value) => words(tick(value, "count"), px(value), bottom + 18, "middle")),
                ...up.flatMap((value) => [path("grid", `M${left} ${py(value)}H${right}`),
                    words(tick(value, panel.unit), left - 6, py(value) + 5, "end")])];
            const line = panel.rows.filter((row) => row.label === label).sort((a, b) => a.at - b.at);
            const ends = [];
            WHO.forEach((who, index) => {
                // Ranges at one place stand beside each other.
                const points = line.filter((row) => row[who]).map((row) => [px(row.at) + index * 6 - 3, row[who]]);
                if (!points.length) return;
                parts.push(path(who, `M${points.map(([x, { median }]) => `${x} ${py(median)}`).join("L")}`));
                for (const [x, { low, median, high }] of points) {
                    parts.push(path(who, `M${x} ${py(low)}V${py(high)}`), mark(who, x, py(median)));
                }
                ends.push([py(points.at(-1)[1].median), who]);
            });
            // Two names that would touch stand above each other.
            ends.sort(([a], [b]) => a - b).forEach(([y, who], index) =>
                parts.push(words(who, right + 8, 5 + (index ? Math.max(y, ends[0][0] + 18) : y))));
            return drawing(bottom + 44, `${panel.title}: ${label}`, parts);
        });
    };

    // ---- What is shown of two records.

    const table = ({ unit, x, rows }) => {
        const cell = (has) => el("td", {}, has ? readable(has.median, unit) : "—");
        const lines = rows.map(({ label, at, book, yours }) => el("tr", {},
            el("th", { scope: "row" }, x ? `${label}, ${at}` : label), cell(book), cell(yours),
            el("td", {}, book?.median && yours ? digits(yours.median / book.median) : "—")));
        const head = ["median of", ...WHO, "ratio"].map((text) => el("th", { scope: "col" }, text));
        return el("div", { class: "table-wrapper" },
            el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...lines)));
    };

    const show = (both) => {
        const panels = {}, parts = [el("h2", {}, both.yours.lab.split("/")[1])];
        for (const who of WHO) {
            const { machine, busy, rows } = both[who];
            parts.push(el("p", {}, el("strong", {}, `${who}: `), aboutMachine(machine) + aboutBusy(busy)));
            for (const row of rows) {
                const panel = panels[`${row.unit} ${row.x} ${row.title}`] ??= { ...row, rows: {} };
                (panel.rows[`${row.at} ${row.label}`] ??= { ...row })[who] = row;
            }
        }
        for (const panel of Object.values(panels)) {
            panel.rows = Object.values(panel.rows);
            parts.push(el("h3", {}, panel.title));
            if (panel.title !== REST || !both.book.panels?.length) {
                parts.push(el("div", { class: "drawing" }, ...(panel.x ? curves : dots)(panel)));
            }
            parts.push(table(panel));
            const lacks = panel.rows.flatMap((row) => WHO.filter((who) => !row[who]).map((who) => `${row.label} (${who})`));
            if (lacks.length) {
                parts.push(el("p", {}, `Not measured: ${lacks.join(", ")}. ` +
                    "The labs differ, or a machine lacks what it takes; the lab says so when it runs."));
            }
        }
        shown.replaceChildren(...parts);
        say(`${both.yours.lab} ${parts.length > 3 ? "is drawn." : "keeps no samples. It prints whether its claims hold."}`);
    };

    // ---- Files come in.

    const status = el("p", { role: "status" }), shown = el("div");
    const say = (text, kind = "") => {
        status.textContent = text;
        status.className = kind;
    };
    const field = (says, take) => {
        const input = el("input", { type: "file", accept: ".json" });
        // The same file may come again, with other numbers.
        input.addEventListener("click", () => (input.value = ""));
        input.addEventListener("change", () => input.files[0] && take(input.files[0]));
        return el("label", {}, says, input);
    };

    /** Shows what comes of a step, or why nothing does; where steps overlap, only the last. */
    let last;
    const attempt = async (step) => {
        last = step;
        shown.replaceChildren();
        say("Reading …");
        try {
            const both = await step();
            if (last === step) show(both);
        } catch (error) {
            if (last === step) say(error.message, "problem");
        }
    };
    const read = async (file) => {
        if (file.size > MOST_MIB << 20) throw Error(`${file.name} is larger than ${MOST_MIB} MiB. ${AGAIN}`);
        return parse(await file.text(), file.name);
    };

    let yours;
    const take = (file) => attempt(async () => {
        second.hidden = true;
        yours = await read(file);
        const place = `results/${yours.lab}.json`;
        const answer = await fetch(place).catch(() => {
            second.hidden = false;
            throw Error(`The book's ${place} cannot be fetched: this page is a file, or its server has ended. ` +
                `Choose book/${place} below, or run "cargo course book".`);
        });
        if (!answer.ok) {
            throw Error(`The book has no lab ${yours.lab}. "cargo course lab" lists those that it has.`);
        }
        return { yours, book: parse(await answer.text(), place) };
    });
    const second = field("The book's record of the same lab: ", (file) => attempt(async () => {
        const book = await read(file);
        if (book.lab !== yours.lab) throw Error(`${file.name} is of ${book.lab}. Choose book/results/${yours.lab}.json.`);
        return { yours, book };
    }));
    second.hidden = true;

    const first = field("Drop your file anywhere on this page, or choose it: ", take);
    const drop = el("div", { class: "drop" }, first, second, status);
    // A file that misses the field would be opened in place of this page.
    for (const name of ["dragover", "drop"]) {
        document.addEventListener(name, (event) => {
            const [file] = event.dataTransfer.files;
            if (!event.dataTransfer.types.includes("Files")) return;
            event.preventDefault();
            if (!file) return;
            // The field names it, as if it had been chosen there.
            first.control.files = event.dataTransfer.files;
            take(file);
        });
    }
    document.querySelector(".your-machine").append(drop, shown);
})();
