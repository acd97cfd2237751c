// The rendered book as a web server would send it: compressed, and never from a cache.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
};

/** The folder that `cargo course book build` fills. */
export const BOOK = fileURLToPath(new URL("../../../target/book/", import.meta.url));

/** Serves the folder on a free port of this machine; returns the address and how to stop. */
export async function serve(folder = BOOK) {
    const server = createServer(async (request, response) => {
        const path = decodeURIComponent(new URL(request.url, "http://book").pathname);
        // An absolute path has no `..` left once it is normalized.
        const file = join(folder, normalize(path === "/" ? "/index.html" : path));
        let body;
        let status = 200;
        try {
            body = await readFile(file);
        } catch {
            body = Buffer.from("no such page");
            status = 404;
        }
        const type = TYPES[extname(file)] ?? "application/octet-stream";
        response.writeHead(status, { "content-type": type, "content-encoding": "gzip" });
        response.end(await promisify(gzip)(body));
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    return {
        address: `http://127.0.0.1:${server.address().port}/`,
        stop() {
            server.closeAllConnections();
            server.close();
        },
    };
}
