//! What the preprocessor makes of an exercise.

use super::little::Little;

#[test]
fn an_exercise_is_shown_with_all_that_it_takes_to_start() {
    insta::assert_snapshot!(Little::copy().page("03_threads.html"), @r##"
    <h1 id="3-threads"><a class="header" href="#3-threads">3. Threads</a></h1>
    <h2 id="exercises"><a class="header" href="#exercises">Exercises</a></h2>
    <h3 id="e1_join_all"><a class="header" href="#e1_join_all">3.1 Join all</a></h3>
    <div class="exercise" role="group" aria-labelledby="e1_join_all">
    <ul class="facts">
    <li>Difficulty: <span class="dots" aria-hidden="true">●●○○○</span> 2 of 5, easy</li>

    <li>Time: about 25 minutes (an estimate)</li>

    <li>Track: core (do it before you go on)</li>

    <li>Needs: python3</li>

    </ul>

    <p><strong>Goal.</strong> Run jobs side by side, then collect their results.</p>
    <p>Edit <code>exercises/03_threads/src/e1_join_all.rs</code> and run</p>
    <div class="command">
    <pre><code class="language-text">cargo course check 3.1
    </code></pre>
    </div>

    <p>or, with Cargo alone,</p>
    <div class="command">
    <pre><code class="language-text">cargo test -p threads --test e1_join_all
    </code></pre>
    </div>

    <details open="">
    <summary>The file as you find it</summary>
    <pre><code class="language-rust">//! Run jobs side by side, then collect their results.

    /// Runs every job, and returns the results in job order.
    pub fn join_all(jobs: Vec&lt;fn() -&gt; u32&gt;) -&gt; Vec&lt;u32&gt; {
        // TODO: start every job, then join every handle.
        todo!("run {} jobs", jobs.len())
    }</code></pre>
    </details>
    <p>Before you change anything, the first test in its file says:</p>
    <pre><code class="language-text">not yet implemented: run 2 jobs
    </code></pre>
    <details>
    <summary>Hint 1: a nudge</summary>
    <p>Who may <em>start</em> before who has ended?</p>
    </details>
    <details>
    <summary>Hint 2: the mechanism</summary>
    <p><code>thread::spawn</code> gives a handle.</p>
    </details>
    <details>
    <summary>Hint 3: nearly the code</summary>
    <pre><code class="language-rust">let handle = thread::spawn(job);</code></pre>
    </details>
    <p>When it passes, compare it with <a href="references/03_threads/e1_join_all.html">the reference solution</a> and read <a href="references/03_threads/e1_join_all.html#mistakes">1 known mistake</a>.</p>
    </div>
    "##);
}

#[test]
fn the_reference_has_a_page_of_its_own_that_warns_first() {
    insta::assert_snapshot!(Little::copy().page("references/03_threads/e1_join_all.html"), @r##"
    <h1 id="31-join-all-reference-solution"><a class="header" href="#31-join-all-reference-solution">3.1 Join all: reference solution</a></h1>
    <blockquote class="blockquote-tag blockquote-tag-warning">
    <p class="blockquote-tag-title"><svg viewbox="0 0 16 16" width="18" height="18"><path d="M6.457 1.047c.659-1.234 2.427-1.234 3.086 0l6.082 11.378A1.75 1.75 0 0 1 14.082 15H1.918a1.75 1.75 0 0 1-1.543-2.575Zm1.763.707a.25.25 0 0 0-.44 0L1.698 13.132a.25.25 0 0 0 .22.368h12.164a.25.25 0 0 0 .22-.368Zm.53 3.996v2.5a.75.75 0 0 1-1.5 0v-2.5a.75.75 0 0 1 1.5 0ZM9 11a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z"></path></svg>Warning</p>
    <p>This page gives the answer away. The exercise is on <a href="../../03_threads.html#e1_join_all">its own page</a>, with hints.</p>
    </blockquote>
    <h2 id="the-code"><a class="header" href="#the-code">The code</a></h2>
    <pre><code class="language-rust">//! Two loops: one starts, one waits.

    use std::thread;

    pub fn join_all(jobs: Vec&lt;fn() -&gt; u32&gt;) -&gt; Vec&lt;u32&gt; {
        let handles: Vec&lt;_&gt; = jobs.into_iter().map(thread::spawn).collect();
        handles.into_iter().map(|handle| handle.join().expect("no job panics")).collect()
    }</code></pre>
    <h2 id="mistakes"><a class="header" href="#mistakes">Mistakes</a></h2>
    <p>Each change below makes the reference wrong, and a test says so.</p>
    <h3 id="one_after_the_other"><a class="header" href="#one_after_the_other">One after the other</a></h3>
    <p>A lazy iterator joins each thread before it starts the next. Rejected by the test <code>jobs_overlap</code>: the time limit ends it.</p>
    <pre><code class="language-diff">--- a/e1_join_all.rs
    +++ b/e1_join_all.rs
    @@ -5,4 +5,4 @@
     pub fn join_all(jobs: Vec&lt;fn() -&gt; u32&gt;) -&gt; Vec&lt;u32&gt; {
    -    let handles: Vec&lt;_&gt; = jobs.into_iter().map(thread::spawn).collect();
    +    let handles = jobs.into_iter().map(thread::spawn);
         handles.into_iter().map(|handle| handle.join().expect("no job panics")).collect()
     }
    </code></pre>
    "##);
}

#[test]
fn the_references_come_last_so_that_reading_on_gives_nothing_away() {
    insta::assert_snapshot!(Little::copy().page("references/index.html"), @r##"
    <h1 id="reference-solutions"><a class="header" href="#reference-solutions">Reference solutions</a></h1>
    <p>One answer to each exercise, and the mistakes that its tests reject. They are of most use after your own attempt.</p>
    <ul>
    <li><a href="03_threads/e1_join_all.html">3.1. Join all</a></li>
    </ul>
    "##);
}

#[test]
fn a_copy_for_a_class_has_a_book_without_references() {
    let little = Little::copy();
    little.remove("solutions/03_threads/e1_join_all.rs");
    little.remove("solutions/03_threads/mistakes/e1_join_all/one_after_the_other.patch");
    let page = little.page("03_threads.html");
    assert!(page.contains("The file as you find it") && !page.contains("reference"), "{page}");
    let rendered = book::render::render(&little.root()).unwrap();
    assert!(!rendered.folder().join("references").exists());
}

#[test]
fn a_long_stub_is_folded() {
    let little = Little::copy();
    let stub = format!("//! Long.\n{}", "\n// A line.".repeat(50));
    little.write("solutions/03_threads/stubs/e1_join_all.rs", &stub);
    assert!(little.page("03_threads.html").contains("<details>\n<summary>The file as"));
}

#[test]
fn the_file_is_linked_where_the_book_knows_its_repository() {
    let little = Little::copy();
    little
        .add("book.toml", "[output.html]\ngit-repository-url = \"https://code.example/little/\"\n");
    let link = "https://code.example/little/blob/HEAD/exercises/03_threads/src/e1_join_all.rs";
    assert!(little.page("03_threads.html").contains(link));
}

#[test]
fn a_chapter_has_the_number_of_its_file() {
    let little = Little::copy();
    let rendered = book::render::render(&little.root()).unwrap();
    let toc = std::fs::read_to_string(rendered.folder().join("toc.html")).unwrap();
    assert!(toc.contains("<strong aria-hidden=\"true\">3.</strong> Threads"), "{toc}");
}

#[test]
fn code_that_looks_like_a_directive_stays_code() {
    let little = Little::copy();
    let stub = "//! Braces.\nconst S: &str = \"{{#include nowhere.rs}}\";\n";
    little.write("solutions/03_threads/stubs/e1_join_all.rs", stub);
    assert!(little.page("03_threads.html").contains("{{#include nowhere.rs}}"));
}
