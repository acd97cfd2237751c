
// mdBook colors all code of a page at once, and a slow telephone stands still meanwhile. Here each block
// waits for a moment in which there is nothing else to do. Code of no language has no colors.
{
    const { highlightBlock } = hljs;
    const later = window.requestIdleCallback ?? setTimeout;
    hljs.highlightBlock = (block) => {
        if (block.className) {
            later(() => highlightBlock(block));
        }
    };
}
