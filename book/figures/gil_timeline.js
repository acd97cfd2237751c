// The timeline of chapter 15: the simulator of exercise 15.4 once more, and its drawing. The rules are in
// exercises/15_gil/src/timeline.rs; a test compares the traces to those of the Rust simulator.
(() => {
    // Kinds of what can happen next, in their order at one moment.
    const IO = 0, ARRIVES = 1, SEGMENT = 2, TURN = 3, ASKS = 4;

    // machine: { cores, wake, quantum, boost }; policy: { ticks }, { interval } or {}; times in us.
    // threads: lists of segments, [us of computing, us of I/O], one of them 0. Events: [us, thread, what].
    const simulate = (machine, { ticks, interval }, threads) => {
        const oneLock = ticks || interval, seats = oneLock ? 1 : machine.cores;
        const events = [], waiting = [], woken = [];
        let now = 0, running = [];
        const all = threads.map((segs) => ({ segs: segs.filter(([cpu, io]) => cpu || io) }));
        const emit = (i, what) => events.push([now, i, what]);
        const run = (i) => {
            all[i].since = all[i].ticked = now;
            running.push(i);
            emit(i, "run");
        };
        const pause = (i) => {
            all[i].left -= now - all[i].since;
            all[i].since = now;
            running = running.filter((other) => other !== i);
            waiting.push(i);
            emit(i, "wait");
        };
        const wake = (i) => woken.push([now + machine.wake, i]);
        const handOver = (i) => {
            const first = waiting.shift();
            pause(i);
            run(first);
        };
        const wantToRun = (i) => {
            if (running.length < seats) return run(i);
            if (!oneLock && machine.boost && all[i].fromIo) {
                const [other] = running.filter((j) => !all[j].fromIo)
                    .sort((a, b) => all[a].since - all[b].since || a - b);
                if (other !== undefined) {
                    pause(other);
                    return run(i);
                }
            }
            emit(i, "wait");
            all[i].since = now;
            waiting.push(i);
        };
        const begin = (i) => {
            const segment = all[i].segs.shift();
            if (!segment) return emit(i, "done");
            const [cpu, io] = segment;
            if (io) {
                all[i].until = now + io;
                all[i].fromIo = false;
                emit(i, "start_io");
            } else {
                all[i].left = cpu;
                wantToRun(i);
            }
        };
        const happen = [];
        happen[IO] = (i) => {
            all[i].until = 0;
            all[i].fromIo = true;
            emit(i, "end_io");
            begin(i);
        };
        happen[ARRIVES] = (i) => {
            woken.shift();
            if (running.length < seats) return run(i);
            emit(i, "failed");
            all[i].since = now;
            waiting.push(i);
        };
        happen[SEGMENT] = (i) => {
            const t = all[i];
            if (t.segs[0]?.[0]) {
                t.left += t.segs.shift()[0];
                return;
            }
            running = running.filter((other) => other !== i);
            begin(i);
            if (waiting.length) (oneLock ? wake : run)(waiting.shift());
        };
        happen[TURN] = (i) => {
            const t = all[i];
            if (!ticks) return handOver(i);
            t.ticked = now;
            if (machine.cores > 1) {
                emit(i, "retake");
                wake(waiting.shift());
            } else if (now - t.since >= machine.quantum ||
                (machine.boost && !t.fromIo && all[waiting[0]].fromIo)) {
                handOver(i);
            }
        };
        happen[ASKS] = (i) => {
            emit(i, "ask");
            pause(running[0]);
            wake(waiting.shift());
        };
        threads.forEach((_, i) => begin(i));
        for (;;) {
            const next = [];
            all.forEach((t, i) => t.until && next.push([t.until, IO, i]));
            if (woken.length) next.push([woken[0][0], ARRIVES, woken[0][1]]);
            for (const i of running) {
                const t = all[i], first = waiting[0];
                next.push([t.since + t.left, SEGMENT, i]);
                if (first === undefined) continue;
                if (ticks) {
                    const earliest = Math.max(now, t.ticked + 1) - t.since;
                    next.push([t.since + Math.ceil(earliest / ticks) * ticks, TURN, i]);
                } else if (interval) {
                    next.push([Math.max(t.since, all[first].since) + interval, ASKS, first]);
                } else {
                    next.push([Math.max(t.since + machine.quantum, now), TURN, i]);
                }
            }
            if (!next.length) return { events, end: now };
            const [at, kind, i] = next.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0];
            now = at;
            happen[kind](i);
        }
    };

    // One thread computes for 20 ms; the others go through ten rounds of 2 ms, `io` percent of it in I/O.
    const work = (threads, io) => Array.from({ length: threads }, (_, i) => i === 0
        ? [[20000, 0]]
        : Array.from({ length: 10 }, () => [[0, 20 * io], [2000 - 20 * io, 0]]).flat());
    const result = ({ cores, threads, io, policy, interval }) => simulate(
        { cores, wake: 50, quantum: 10000, boost: true },
        policy === "ticks" ? { ticks: 100 } : policy === "interval" ? { interval: interval * 1000 } : {},
        work(threads, io));

    const plural = (n, what) => `${n} ${what}${n > 1 ? "s" : ""}`;
    const ms = (us) => `${(us / 1000).toFixed(1)} ms`;
    const lock = (o) => o.policy === "interval" ? `an interval of ${o.interval} ms`
        : o.policy === "ticks" ? "ticks" : "no lock";
    const compare = (o) => {
        const run = result(o), one = o.cores > 1 ? result({ ...o, cores: 1 }).end : run.end;
        return { run, one, slower: run.end > 1.05 * one };
    };
    const sentence = (o, { run, one, slower }) => {
        const failed = run.events.filter((event) => event[2] === "failed").length;
        const percent = Math.round(100 * Math.abs(run.end / one - 1));
        const than = percent < 1 ? "as fast as one core" : `${percent} % ${run.end > one ? "slower" : "faster"} than one core`;
        return `${plural(o.threads, "thread")} on ${plural(o.cores, "core")}, ${o.io} % I/O, ${lock(o)}: ` +
            `done after ${ms(run.end)}` + (o.cores > 1 ? `; one core takes ${ms(one)}. ${o.cores} cores are ${than}` : "") +
            (failed ? `. Woken in vain: ${plural(failed, "time")}.` : ".");
    };

    const draw = (o, run, said, width, id) => {
        const left = 74, lane = 36, height = lane * o.threads + 34, round = (n) => +n.toFixed(1);
        const x = (us) => round(left + (width - left - 8) * us / run.end);
        const step = [5, 10, 20, 50].find((step) => (width - left) * step * 1000 / run.end > 34) || 50;
        let text = `<svg class="lanes" role="img" aria-labelledby="${id}" viewBox="0 0 ${width} ${height}"><title id="${id}">${said}</title>`;
        for (let at = 0; at * 1000 <= run.end; at += step) {
            text += `<path class="grid" d="M${x(at * 1000)} 4V${height - 26}"/><text class="at" x="${x(at * 1000)}" y="${height - 8}">${at}</text>`;
        }
        text += `<text x="4" y="${height - 8}">ms</text>`;
        for (let i = 0; i < o.threads; i++) {
            const middle = 20 + lane * i, paths = { run: "", wait: "", start_io: "", failed: "", ask: "" };
            let since, doing, stroke = 0;
            for (const [at, thread, what] of run.events) {
                if (thread !== i) continue;
                if (what === "failed") {
                    // Strokes that touch would look like a block.
                    if (x(at) >= stroke + 3) paths.failed += `M${stroke = x(at)} ${middle - 7}v14`;
                }
                else if (what === "ask") paths.ask += `M${x(at)} ${middle - 13}v26`;
                else if (what !== "end_io" && what !== "retake") {
                    if (doing && at > since) paths[doing] += `M${x(since)} ${middle}H${x(at)}`;
                    since = at;
                    doing = what;
                }
            }
            text += `<text x="4" y="${middle + 5}">thread ${i + 1}</text>`;
            for (const name in paths) if (paths[name]) text += `<path class="${name}" d="${paths[name]}"/>`;
        }
        return text + "</svg>";
    };

    // The task: first cores that are slower than one, then one other setting of the lock with which they are not.
    const advance = ({ done, slow }, o, slower) => {
        if (done < 2 && slower) return { done: 1, slow: { ...o } };
        const changed = done === 1 ? Object.keys(o).filter((key) => o[key] !== slow[key]) : [];
        const cured = changed.length === 1 && /policy|interval/.test(changed[0]);
        return { done: cured ? 2 : done, slow };
    };

    const still = { cores: 2, threads: 2, io: 90, policy: "ticks", interval: 5 };
    globalThis.gilTimeline = { simulate, work, result, compare, sentence, draw, advance, still };
    if (typeof document === "undefined") return;

    const start = { cores: 1, threads: 2, io: 0, policy: "ticks", interval: 5 };
    const goals = [
        "To do: make two cores slower than one.",
        "Half of it is done: these cores are slower than one. Now change one setting, but neither cores nor threads nor I/O, so that they are not.",
        "Fulfilled: one setting has changed, the work is the same, and the cores are no longer slower than one.",
    ];
    document.querySelectorAll(".gil-timeline").forEach((figure, number) => {
        const id = `gil-timeline-${number}-`, o = { ...start };
        const range = (name, label, min, max, step, unit) => `<label for="${id}${name}">${label}</label>` +
            `<input id="${id}${name}" name="${name}" type="range" min="${min}" max="${max}" step="${step}" data-unit="${unit}">` +
            `<output for="${id}${name}"></output>`;
        const live = document.createElement("div");
        live.className = "live";
        live.innerHTML = `<form>${range("cores", "Cores", 1, 4, 1, "")}${range("threads", "Threads", 1, 6, 1, "")}` +
            `${range("io", "I/O of all but thread 1", 0, 90, 10, " %")}<label for="${id}policy">Lock</label>` +
            `<select id="${id}policy" name="policy"><option value="ticks">ticks<option value="interval">interval<option value="none">none</select><span></span>` +
            `${range("interval", "Interval", 1, 20, 1, " ms")}<button type="reset">Start again</button></form>` +
            `<div class="view"></div><p class="said" aria-live="polite"></p><p class="goal" role="status"></p>`;
        figure.prepend(live);
        figure.classList.add("on");
        const form = live.firstChild, [view, said, goal] = ["view", "said", "goal"].map((name) => live.querySelector("." + name));
        let task = { done: 0 };
        const show = () => {
            for (const field of form.querySelectorAll("[name]")) {
                field.value = o[field.name];
                const unit = field.dataset.unit;
                if (unit !== undefined) {
                    field.setAttribute("aria-valuetext", field.nextSibling.textContent = o[field.name] + unit);
                }
            }
            form.interval.disabled = o.policy !== "interval";
            const compared = compare(o);
            task = advance(task, o, compared.slower);
            said.textContent = sentence(o, compared);
            if (goal.textContent !== goals[task.done]) goal.textContent = goals[task.done];
            const width = Math.min(720, Math.max(280, view.clientWidth || 440));
            view.innerHTML = draw(o, compared.run, said.textContent, width, id + "title");
        };
        form.addEventListener("input", ({ target }) => {
            o[target.name] = target.name === "policy" ? target.value : +target.value;
            show();
        });
        form.addEventListener("reset", (event) => {
            event.preventDefault();
            Object.assign(o, start);
            task = { done: 0 };
            show();
        });
        form.addEventListener("submit", (event) => event.preventDefault());
        // Elsewhere on the page an arrow key turns to the next chapter.
        form.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && event.stopPropagation());
        let width = 0;
        new ResizeObserver(() => {
            if (view.clientWidth !== width) {
                width = view.clientWidth;
                show();
            }
        }).observe(view);
        show();
    });
})();
