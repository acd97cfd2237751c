// What a reader sees or misses on a page, and axe does not ask. Each of these functions runs in the page, so
// it stands alone, and returns what is wrong.

/** Text that is cut off, or is Markdown, and lines so long that the eye does not find the next one. */
export function text() {
    const MOST = 90;
    const wrong = [];
    const words = (element) => element.textContent.trim().slice(0, 50).replaceAll("\n", " ");
    for (const element of document.querySelectorAll("main *")) {
        const { overflowX, overflowY } = getComputedStyle(element);
        const cuts = (overflow, whole, shown) => ["hidden", "clip"].includes(overflow) && shown > 1 && whole > shown + 1;
        const isCut = cuts(overflowX, element.scrollWidth, element.clientWidth)
            || cuts(overflowY, element.scrollHeight, element.clientHeight);
        if (isCut && element instanceof HTMLElement && words(element)) {
            wrong.push(`text is cut off; let it wrap or scroll: ${words(element)}`);
        }
    }
    // The box of a word is a little wider than its letters.
    for (const label of document.querySelectorAll("main svg text")) {
        const [a, b] = [label, label.ownerSVGElement].map((element) => element.getBoundingClientRect());
        const isOut = a.left < b.left - 2 || a.right > b.right + 2 || a.top < b.top - 2 || a.bottom > b.bottom + 2;
        if (a.width > 0 && isOut) wrong.push(`a word leaves its drawing; move it, or widen the viewBox: ${words(label)}`);
    }
    const isCode = (element) => element.closest("code, pre, script, style, svg");
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode;
        if (/`|\*\*/.test(data) && !isCode(parentElement)) {
            wrong.push(`Markdown is shown as it is written; in HTML, write HTML: ${data.trim().slice(0, 50)}`);
        }
    }
    for (const block of document.querySelectorAll("main :is(p, li, dd, figcaption)")) {
        if (block.querySelector("p, ul, ol, pre, table, figure, div, svg")) continue;
        const lines = Math.round(block.clientHeight / parseFloat(getComputedStyle(block).lineHeight));
        const length = Math.round(block.innerText.length / lines);
        if (lines > 1 && length > MOST) wrong.push(`lines have ${length} characters; ${MOST} are read with ease: ${words(block)}`);
    }
    return wrong;
}

/** Headings, tables and pictures that tell a reader nothing who hears the page. */
export function names() {
    const wrong = [];
    const brief = (element) => element.outerHTML.slice(0, 80).replaceAll("\n", " ");
    const levels = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")].map((heading) => +heading.tagName[1]);
    const titles = levels.filter((level) => level === 1).length;
    if (titles !== 1) wrong.push(`it has ${titles} titles; write one "# Title", and "##" for what is below it`);
    const skips = levels.findIndex((level, at) => at > 0 && level > levels[at - 1] + 1);
    if (skips > 0) wrong.push(`below a heading h${levels[skips - 1]} is an h${levels[skips]}; leave out no level`);
    for (const table of document.querySelectorAll("main table")) {
        const heads = [...table.querySelectorAll("th")].filter((head) => head.textContent.trim());
        if (heads.length === 0) wrong.push(`a table has no header cells; name its columns: ${brief(table)}`);
    }
    // An empty alt is for decoration, and the book has none.
    for (const image of document.querySelectorAll("main img[alt='']")) {
        wrong.push(`a picture has no words; say in its alt what it shows: ${brief(image)}`);
    }
    // What mdBook puts before the title of a note is decoration.
    for (const drawing of document.querySelectorAll("main svg:not([aria-hidden=true], button svg, .blockquote-tag-title svg)")) {
        const by = (drawing.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
        const name = drawing.getAttribute("aria-label") ?? by.map((element) => element?.textContent ?? "").join("");
        const isOne = drawing.getAttribute("role") === "img" || drawing.querySelector("a");
        if (!name.trim() || !isOne) {
            wrong.push(`a drawing has no name; give it role="img" and a title that aria-labelledby names: ${brief(drawing)}`);
        }
    }
    return wrong;
}

/** What can be worked, and not with the keyboard, or not where it is seen. */
export function controls() {
    const wrong = [];
    const brief = (element) => element.outerHTML.slice(0, 80).replaceAll("\n", " ");
    const works = "a[href], button, summary, input, select, [role=button], [onclick]";
    const all = [...document.querySelectorAll(`main :is(${works}), .nav-chapters, .mobile-nav-chapters`)];
    for (const element of all.filter((one) => one.checkVisibility({ visibilityProperty: true }))) {
        if (element.tabIndex < 0) {
            wrong.push(`a keyboard does not reach ${brief(element)}; make it a link or a button`);
            continue;
        }
        element.focus({ preventScroll: true });
        if (document.activeElement === element && getComputedStyle(element).outlineStyle === "none") {
            wrong.push(`the focus is not seen on ${brief(element)}; leave it its outline`);
        }
        element.blur();
    }
    for (const run of document.querySelectorAll(".play-button")) {
        wrong.push(`code has a button that sends it to another site; say runnable = false in book.toml: ${brief(run.closest("pre"))}`);
    }
    for (const block of document.querySelectorAll("main pre:not(:has(.clip-button))")) {
        wrong.push(`what cannot be copied, for want of a button: ${brief(block)}`);
    }
    return wrong;
}

/** Colors that a drawing brings along, which follow no theme and mean no actor. */
export function colors() {
    const known = /^(none|currentColor|var\(--.*\)|url\(#.*\))$/i;
    return [...document.querySelectorAll("main svg, main svg *")].flatMap((shape) =>
        ["fill", "stroke"]
            .map((name) => shape.style[name] || shape.getAttribute(name))
            .filter((color) => color && !known.test(color))
            .map((color) => `a drawing has the color ${color} of its own; take currentColor or that of an actor: ${shape.outerHTML.slice(0, 60)}`));
}

/** Words and lines of drawings that do not stand out from the page, in the theme or the medium of now. */
export function faint() {
    const rgb = (color) => color.match(/^rgba?\(([^)]*)\)/)?.[1].split(",").map(Number);
    const light = (channels) => channels.slice(0, 3).map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
    const contrast = (a, b) => {
        const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y);
        return (bright + 0.05) / (dark + 0.05);
    };
    const isPaper = matchMedia("print").matches;
    const page = isPaper ? [255, 255, 255] : rgb(getComputedStyle(document.documentElement).backgroundColor);
    const wrong = [];
    const check = (element, what, color, least) => {
        const channels = rgb(color);
        if (!channels || !element.checkVisibility()) return;
        const found = contrast(channels, page);
        const words = element.textContent.trim() || element.outerHTML.slice(0, 60);
        if (found < least) wrong.push(`${what} of a drawing has a contrast of ${found.toFixed(1)}; take a color of the theme: ${words}`);
    };
    for (const label of document.querySelectorAll("main svg text")) check(label, "a word", getComputedStyle(label).fill, 4.5);
    const shapes = "path, line, rect, circle, ellipse, polyline, polygon";
    for (const shape of document.querySelectorAll(`main svg :is(${shapes})`)) {
        check(shape, "a line", getComputedStyle(shape).stroke, 3);
    }
    return wrong;
}

/** What is not black on white where it is printed, or not there at all. */
export function print() {
    const wrong = [];
    const all = [...document.querySelectorAll("main *")].filter((element) => element instanceof HTMLElement);
    const words = (element) => element.textContent.trim().slice(0, 50).replaceAll("\n", " ");
    for (const element of all) {
        const { color, backgroundColor } = getComputedStyle(element);
        const has = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const isPlain = color === "rgb(0, 0, 0)" && ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(backgroundColor);
        if (has && !isPlain && element.checkVisibility()) wrong.push(`${color} on ${backgroundColor} is printed: ${words(element)}`);
    }
    for (const details of document.querySelectorAll("main details")) {
        details.open = false;
        const rest = [...details.children].filter((child) => child.tagName !== "SUMMARY");
        if (rest.some((child) => !child.checkVisibility())) wrong.push(`what is folded is not printed: ${words(details)}`);
    }
    return wrong;
}
