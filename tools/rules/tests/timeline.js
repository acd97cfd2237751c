// Run by timeline.rs: `node timeline.js ROOT` prints what the timeline on the page says and draws, as JSON.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

const root = path.resolve(process.argv[2]);
const figures = path.join(root, "book/figures");
require(path.join(figures, "gil_timeline.js"));
const { simulate, work, result, compare, sentence, draw, advance, still } = globalThis.gilTimeline;

// As in exercises/15_gil/tests/: threads that compute and are in I/O, twice; the odd ones begin with I/O.
const mixed = (times) => times.map(([cpu, io], i) => {
    const round = i % 2 ? [[0, io], [cpu, 0]] : [[cpu, 0], [0, io]];
    return [...round, ...round];
});
const machine = (cores, quantum, wake = 50, boost = true) => ({ cores, quantum, wake, boost });
const turns = [[[250, 0]], [[0, 150], [40, 0], [0, 150], [40, 0]], [[120, 0]]];
const loads = mixed([[1200, 0], [130, 470], [900, 0]]);
const traces = {
    turns_by_quantum: [machine(1, 100, 50, false), {}, turns],
    late_for_a_quantum: [machine(1, 100, 50, false), {}, turns.slice(0, 2)],
    io_first: [machine(1, 100), {}, turns],
    who_is_displaced: [
        machine(2, 10000),
        {},
        [[[200, 0]], [[200, 0]], [[0, 30], [20, 0], [5, 0], [0, 30], [20, 0], [5, 0]]],
    ],
    two_cores_no_lock: [machine(2, 100), {}, mixed([[300, 0], [70, 90], [260, 0], [110, 10], [40, 210]])],
    ticks_one_core: [machine(1, 250), { ticks: 100 }, loads],
    ticks_no_boost: [machine(1, 250, 50, false), { ticks: 100 }, loads],
    ticks_two_cores: [machine(2, 250), { ticks: 100 }, loads],
    io_waits_behind: [machine(1, 100), {}, [[[300, 0]], [[0, 50], [80, 0]], [[0, 60], [20, 0]]]],
    still_from_io: [machine(1, 100), {}, [[[100, 0]], [[0, 50], [250, 0]], [[0, 220], [20, 0]]]],
    two_quanta_over: [
        machine(2, 100, 50, false),
        {},
        [[[0, 10], [300, 0]], [[300, 0]], [[0, 150], [50, 0]]],
    ],
    longest_runner: [
        machine(2, 10000),
        {},
        [[[80, 0]], [[30, 0], [0, 10], [200, 0]], [[500, 0]], [[0, 60], [20, 0]]],
    ],
    ticks_end_and_arrival: [machine(2, 250), { ticks: 100 }, [[[150, 0]], [[100, 0]]]],
    ticks_io_and_arrival: [machine(1, 250), { ticks: 100 }, [[[50, 0]], [[50, 0]], [[0, 100], [50, 0]]]],
    ticks_share_of_io: [machine(1, 250), { ticks: 100 }, [[[500, 0]], [[0, 100], [500, 0]]]],
    ticks_io_beside_io: [
        machine(1, 200),
        { ticks: 100 },
        [[[100, 0]], [[0, 50], [300, 0]], [[0, 200], [100, 0]]],
    ],
    ticks_wake_at_once: [machine(2, 250, 0), { ticks: 100 }, [[[250, 0]], [[50, 0]]]],
    ticks_many_woken: [machine(2, 250, 170), { ticks: 50 }, mixed([[400, 0], [60, 0], [60, 0], [60, 0]])],
    ticks_far_wakes: [machine(2, 250, 230), { ticks: 100 }, mixed([[600, 0], [80, 90], [250, 20]])],
    interval: [machine(2, 250), { interval: 300 }, loads],
    interval_at_once: [machine(2, 10000, 0), { interval: 300 }, loads],
    interval_overtaken: [machine(2, 10000, 400), { interval: 300 }, mixed([[700, 0], [90, 310], [400, 0]])],
    interval_in_vain: [machine(2, 10000, 400), { interval: 300 }, mixed([[300, 0], [50, 500], [200, 0]])],
};
const files = {};
for (const [name, input] of Object.entries(traces)) {
    const { end, events } = simulate(...input);
    files[`${name}.json`] = [end, events];
}

// The names of events as Rust prints them.
const rust = (what) => what.split("_").map((word) => word[0].toUpperCase() + word.slice(1)).join("");
const digest = ({ end, events }) => {
    let hash = 0x811c9dc5;
    for (const [at, thread, what] of events) {
        for (const char of `${at} ${thread} ${rust(what)};`) {
            hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
        }
    }
    return `${end} us, ${events.length} events, ${hash.toString(16).padStart(8, "0")}\n`;
};
let settings = "";
for (const [name, policy, interval] of
    [["ticks", "ticks"], ["interval 1000", "interval", 1], ["interval 5000", "interval", 5], ["none", "none"]]) {
    for (const cores of [1, 2, 4]) {
        for (const threads of [1, 2, 3, 6]) {
            for (const io of [0, 50, 90]) {
                const run = result({ cores, threads, io, policy, interval });
                settings += `${name}, cores ${cores}, threads ${threads}, io ${io}: ${digest(run)}`;
            }
        }
    }
}

// How far the task is after each of these settings.
const tasks = [
    [{}, { cores: 2 }, { io: 90 }, { policy: "interval" }, { io: 0 }],
    [{ io: 90 }, { cores: 3 }, { cores: 1 }, { cores: 3 }, { threads: 1 }, { threads: 2 }, { policy: "none" }],
    [{ io: 90 }, { cores: 2 }, { policy: "none", io: 0 }, { io: 90 }],
].map((changes) => {
    let task = { done: 0 };
    const o = { cores: 1, threads: 2, io: 0, policy: "ticks", interval: 5 };
    return changes.map((change) => {
        Object.assign(o, change);
        task = advance(task, o, compare(o).slower);
        return task.done;
    }).join(" ");
});

const compared = compare(still);
const said = sentence(still, compared);
const picture = draw(still, compared.run, said, 440, "gil-timeline-still");
const page = `<figure class="gil-timeline">
<link rel="stylesheet" href="figures/gil_timeline.css">
<div class="still">
${picture}
<p>${said}</p>
</div>
<figcaption>A bold block runs, and has the lock where there is one. A dotted line waits, a thick line is in I/O. A short
stroke is a wake-up that came too late, and stands for several where they lie close together. A long one asks for the
lock.</figcaption>
<script defer src="figures/gil_timeline.js"></script>
</figure>
`;
// Each file by itself, as a server sends it; the page as it stands in its file.
const zipped = (text) => zlib.gzipSync(text, { level: 9 }).length;
const read = (name) => fs.readFileSync(path.join(figures, name), "utf8");
const bytes = zipped(read("gil_timeline.js")) + zipped(read("gil_timeline.css")) + zipped(page);

console.log(JSON.stringify({ files, settings, tasks, page, bytes }));
