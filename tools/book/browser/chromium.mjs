// Starts the Chromium of the system. BROWSER_PATH names another one.
import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The program itself; what cannot be found is said with the next step. */
export function program() {
    const place = process.env.BROWSER_PATH ?? PLACES.find(existsSync);
    if (!place) {
        throw new Error("there is no Chromium; install Debian's package `chromium`, or set BROWSER_PATH");
    }
    return place;
}

/** What keeps it from talking to anybody but the book, also as root in a container. */
export const FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

export const launch = () => chromium.launch({ executablePath: program(), args: FLAGS });
