// Read, answered, guessed: what the pages add to the reader's record (record.js), and show of it.
(function () {
  "use strict";

  const record = globalThis.nnRecord.open(() => localStorage);
  const PREDICTION = /^(Predict|Guess|Before you go on)\b/;
  const now = () => new Date().toISOString();

  function element(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }
  const button = (label) => element("button", { type: "button", class: "nn-button" }, label);

  const root = new URL(document.documentElement.dataset.content_root, location.href);
  /** The page that a link of this site leads to: "foundations/04_backprop". */
  function pageOf(link) {
    if (!link.href.startsWith(root.href)) return null;
    const path = link.href.slice(root.href.length).replace(/[?#].*/, "");
    return path.replace(/\.html$/, "") || "index";
  }

  function showRead() {
    const { read } = record.get();
    for (const link of document.querySelectorAll("nav.bd-links a[href], .nn-map a[href]")) {
      link.classList.toggle("nn-read", Object.hasOwn(read, pageOf(link)));
    }
  }

  // The end of a chapter: the reader says that it is read.
  function offerRead(foot) {
    const { page } = foot.dataset;
    if (!record.available) {
      const why = "Your browser keeps nothing for this site, so what you have read is not remembered.";
      return foot.prepend(element("p", { class: "nn-kept" }, why));
    }
    const mark = button("");
    const show = () => {
      const isRead = Object.hasOwn(record.get().read, page);
      mark.textContent = isRead ? "✓ Read" : "Mark as read";
      mark.setAttribute("aria-pressed", String(isRead));
      showRead();
    };
    mark.addEventListener("click", () => {
      const done = record.update(({ read }) => {
        if (Object.hasOwn(read, page)) delete read[page];
        else read[page] = { at: now() };
      });
      show();
      if (!done) mark.textContent = "Your browser does not keep it";
    });
    foot.prepend(element("p", { class: "nn-done" }, mark));
    show();
    addEventListener("storage", show); // another page of the book has changed it
  }

  // A quiz: opening a choice is an answer, and the first one counts.
  function followQuiz(quiz, page) {
    const questions = [...quiz.querySelectorAll("fieldset[id]")].map((field) => ({
      key: `${page}#${field.id.replace(/^quiz-/, "")}`,
      choices: [...field.querySelectorAll("details")],
    }));
    const score = element("span", { "aria-live": "polite" });
    const again = button("Ask me again");
    const line = element("p", { class: "nn-score" }, score, " ", again);
    const show = () => {
      const { answers } = record.get();
      let [answered, right] = [0, 0];
      for (const { key, choices } of questions) {
        const first = Object.hasOwn(answers, key) ? answers[key] : null;
        choices.forEach((choice, i) => choice.classList.toggle("nn-own-first", first?.choice === i));
        answered += first ? 1 : 0;
        right += first?.right ? 1 : 0;
      }
      line.hidden = !answered;
      const open = questions.length - answered;
      score.textContent = `First answers: ${right} of ${answered} right${open ? `, ${open} still open` : ""}.`;
    };
    for (const { key, choices } of questions) {
      choices.forEach((details, choice) => {
        // A click, by hand or by key: a choice that the browser opens, to find a word, is no answer.
        details.querySelector("summary").addEventListener("click", () => {
          record.update(({ answers }) => {
            if (Object.hasOwn(answers, key)) return;
            answers[key] = { at: now(), choice, right: details.hasAttribute("data-right") };
          });
          show();
        });
      });
    }
    again.addEventListener("click", () => {
      record.update(({ answers }) => questions.forEach(({ key }) => delete answers[key]));
      for (const { choices } of questions) for (const details of choices) details.open = false;
      questions[0].choices[0].querySelector("summary").focus();
      show();
    });
    quiz.append(line);
    show();
    addEventListener("storage", show);
  }

  // "Predict: …": a line to write a guess on. What follows in the same paragraph moves below it.
  function offerGuess(first, page) {
    const paragraph = first.parentElement;
    const asking = [...paragraph.querySelectorAll(":scope > em")];
    const last = asking.findLast((em) => em.textContent.trim().endsWith("?")) ?? first;
    const ask = asking
      .slice(asking.indexOf(first))
      .map((em) => em.textContent.trim())
      .join(" ");
    const words = ask.toLowerCase().match(/[a-z0-9]+/g);
    const key = `${page}#${words.slice(0, 12).join("-")}`;
    const rest = element("p");
    while (last.nextSibling) rest.append(last.nextSibling);
    const input = element("input", { type: "text", maxlength: "300", autocomplete: "off" });
    const kept = element("span", { class: "nn-kept", role: "status" });
    const line = element("div", { class: "nn-own-guess" }, element("label", {}, "My guess ", input), kept);
    paragraph.after(line);
    if (rest.textContent.trim()) line.after(rest);
    input.value = record.get().guesses[key]?.guess ?? "";
    input.addEventListener("input", () => {
      const guess = input.value.trim();
      const done = record.update(({ guesses }) => {
        if (guess) guesses[key] = { at: now(), ask: ask.slice(0, 2000), guess };
        else delete guesses[key];
      });
      if (!done) kept.textContent = "Your browser does not keep it.";
      else kept.textContent = guess ? "Kept in this browser." : "";
    });
  }

  // Where the reader stopped: the heading that stood above the middle of the window.
  function followReading(foot) {
    const title = document.title.split(" — ")[0];
    addEventListener("pagehide", () => {
      const headings = [...document.querySelectorAll(".bd-article :is(h1, h2)")];
      const above = headings.findLast((h) => h.getBoundingClientRect().top < innerHeight / 2);
      const section = above?.closest("section[id]")?.id ?? "";
      record.update((kept) => (kept.last = { at: now(), page: foot.dataset.page, title, section }));
    });
  }

  function offerContinue() {
    const { last, read } = record.get();
    const chapters = new Set([...document.querySelectorAll("nav.bd-links a[href]")].map(pageOf));
    if (!last || !chapters.has(last.page)) return; // it has been renamed, or it is a first visit
    const href = `${root.href}${last.page}.html${last.section ? `#${last.section}` : ""}`;
    const count = Object.keys(read).length;
    const pages = count ? ` You have read ${count} page${count === 1 ? "" : "s"}.` : "";
    const line = element("p", { class: "nn-continue" }, "Continue where you stopped: ");
    line.append(element("a", { href }, last.title), /[.?!]$/.test(last.title) ? pages : `.${pages}`);
    document.querySelector(".nn-living").before(line);
  }

  function start() {
    showRead();
    addEventListener("storage", showRead);
    if (document.querySelector(".nn-living")) offerContinue();
    const foot = document.querySelector(".nn-foot");
    if (!foot) return;
    const { page } = foot.dataset;
    globalThis.nnKeepQuizzes(document);
    for (const em of document.querySelectorAll(".bd-article p > em")) {
      if (PREDICTION.test(em.textContent)) offerGuess(em, page);
    }
    if (!foot.matches("[data-chapter]")) return;
    offerRead(foot);
    followReading(foot);
  }

  /** The quizzes in `part`; live.js calls it for those that Python has shown again. */
  globalThis.nnKeepQuizzes = (part) => {
    const page = document.querySelector(".nn-foot")?.dataset.page;
    if (page) for (const quiz of part.querySelectorAll(".nn-quiz")) followQuiz(quiz, page);
  };

  /** A simulation's guesses, kept and brought back; static-host.js calls it for each model. */
  globalThis.nnKeepGuesses = (model) => {
    const page = document.querySelector(".nn-foot")?.dataset.page;
    const questions = model.get("questions") ?? [];
    if (!page || !questions.length) return;
    const key = ({ id }) => `${page}#sim-${id}`;
    const { guesses } = record.get();
    const known = questions
      .map((question) => [question.id, guesses[key(question)]?.guess, question.choices.length])
      .filter(([, guess, choices]) => Number.isInteger(guess) && guess < choices);
    if (known.length) model.set("guesses", Object.fromEntries(known));
    model.on("change:guesses", () => {
      const given = model.get("guesses");
      record.update((kept) => {
        for (const question of questions) {
          const guess = given[question.id];
          if (guess === undefined) continue;
          kept.guesses[key(question)] = { at: now(), ask: question.ask, guess };
        }
      });
    });
  };

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
