// What mdBook's pages lack for readers who use a keyboard or a screen reader.
(() => {
    const all = (selector) => document.querySelectorAll(selector);
    const byId = (id) => document.getElementById(id);

    const main = document.querySelector("main");
    main.id ||= "main";
    main.tabIndex = -1;
    const skip = document.createElement("a");
    skip.className = "skip";
    skip.href = "#" + main.id;
    skip.textContent = "Skip to the text";
    const first = document.createElement("nav");
    first.setAttribute("aria-label", "Skip");
    first.append(skip);
    document.body.prepend(first);

    // mdBook scrolls the sidebar to this page, and a browser begins its Tab order there.
    if (!location.hash) {
        first.tabIndex = -1;
        first.focus({ preventScroll: true });
        first.blur();
        first.removeAttribute("tabindex");
    }

    // mdBook opens the sidebar with a label, which is no button. This one is, and hands each press on.
    const label = byId("mdbook-sidebar-toggle");
    const sidebar = byId("mdbook-sidebar-toggle-anchor");
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.className = label.className;
    for (const name of ["title", "aria-label", "aria-controls"]) {
        toggle.setAttribute(name, label.getAttribute(name));
    }
    toggle.append(...label.childNodes);
    label.before(toggle);
    label.style.display = "none";
    const tell = () => toggle.setAttribute("aria-expanded", sidebar.checked);
    sidebar.addEventListener("change", tell);
    toggle.addEventListener("click", () => label.click());
    tell();

    // On a narrow screen the open sidebar pushes the text out of sight. Whoever goes there wants to see it.
    const narrow = matchMedia("not all and (min-width: 620px)");
    for (const part of all(".content, .nav-wide-wrapper")) {
        part.addEventListener("focusin", () => {
            if (sidebar.checked && narrow.matches) {
                label.click();
            }
        });
    }

    // Some of the arrows of the sidebar are there only when the page is whole.
    document.addEventListener("DOMContentLoaded", () => {
        for (const arrow of all(".chapter-fold-toggle")) {
            arrow.setAttribute("role", "button");
            arrow.setAttribute("aria-label", "Show or hide what belongs to it");
            arrow.addEventListener("keydown", (event) => {
                if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    arrow.click();
                }
            });
        }
    });

    // The book is drawn for two themes; another book on this host may have chosen a third.
    for (const theme of ["rust", "coal", "ayu"]) {
        const button = byId("mdbook-theme-" + theme);
        if (document.documentElement.classList.contains(theme)) {
            byId("mdbook-theme-default_theme").click();
        }
        button.parentElement.remove();
    }

    // What is wider than the page is scrolled with the arrow keys, which elsewhere turn the page. All are
    // measured before the first is changed, for each change lets the next measure lay out the page anew.
    const wide = [...all("pre > code, .table-wrapper")].filter((part) => part.scrollWidth > part.clientWidth);
    for (const part of wide) {
        part.tabIndex = 0;
        part.addEventListener("keydown", (event) => {
            if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
                event.stopPropagation();
            }
        });
    }

    // The teasers of what a search finds have a label, which their kind of element must not have.
    const results = byId("mdbook-searchresults");
    const unlabel = () => all(".teaser").forEach((teaser) => teaser.removeAttribute("aria-label"));
    new MutationObserver(unlabel).observe(results, { childList: true });

    for (const button of all(".clip-button")) {
        button.firstChild.setAttribute("role", "status");
        button.addEventListener("blur", () => {
            button.className = "clip-button";
            button.firstChild.innerText = "";
        });
    }
})();
