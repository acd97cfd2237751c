// What a reader sees or misses on a page, and axe does not ask. Each of these functions runs in the page, so
// it stands alone, and returns what is wrong.

/** Text that is cut off, and lines so long that the eye does not find the next one. */
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
    for (const block of document.querySelectorAll("main :is(p, li, dd, figcaption)")) {
        if (block.querySelector("p, ul, ol, pre, table, figure, div, svg")) continue;
        const lines = Math.round(block.clientHeight / parseFloat(getComputedStyle(block).lineHeight));
        const length = Math.round(block.innerText.length / lines);
        if (lines > 1 && length > MOST) wrong.push(`lines have ${length} characters; ${MOST} are read with ease: ${words(block)}`);
    }
    return wrong;
}
