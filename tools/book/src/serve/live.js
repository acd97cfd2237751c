// Reloads the page when the book has changed, and shows why a change cannot be rendered.
(() => {
  const shown = document.currentScript.dataset.version;
  const banner = document.createElement("div");
  banner.setAttribute("role", "alert");
  banner.style.cssText =
    "position:fixed;inset:auto 0 0 0;z-index:999;max-height:50vh;overflow:auto;padding:1em;" +
    "background:#7a0012;color:#fff;font:14px/1.4 monospace;white-space:pre-wrap";

  const show = (error) => {
    const text = error && "The book cannot be rendered, so this is how it was before.\n\n" + error;
    if (!text) {
      banner.remove();
    } else if (banner.textContent !== text || !banner.isConnected) {
      banner.textContent = text;
      document.body.append(banner);
    }
  };

  const look = async () => {
    try {
      if (!document.hidden) {
        const state = await (await fetch("/-/state")).json();
        if (state.version !== shown) return location.reload();
        show(state.error);
      }
    } catch {
      // The server has stopped; it may come back.
    }
    setTimeout(look, 700);
  };
  look();
})();
