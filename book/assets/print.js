// What paper needs and the screen does not: a simulation as its picture, the answers of a quiz behind the
// chapter. Made when the browser prints, taken away afterwards.
(function () {
  "use strict";

  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  let made = [];

  function element(tag, className, ...children) {
    const node = document.createElement(tag);
    node.className = className;
    node.append(...children);
    return node;
  }

  /** The figure for readers without scripts, and where the simulation lives. */
  function picture(place, address) {
    const fallback = place.parentElement.querySelector(":scope > noscript");
    const figure = fallback && new DOMParser().parseFromString(fallback.textContent, "text/html").querySelector("figure");
    if (!figure) return;
    const section = place.closest("section[id]")?.id;
    const caption = figure.querySelector("figcaption") ?? figure.appendChild(document.createElement("figcaption"));
    caption.append(element("span", "nn-lives", `It can be moved at ${address}${section ? `#${section}` : ""}`));
    const shown = element("div", "nn-on-paper", document.importNode(figure, true));
    place.before(shown);
    made.push(shown);
  }

  /** Every explanation of the page's quizzes, by question and letter. */
  function answers(quizzes) {
    const list = element("section", "nn-answers nn-on-paper", element("h2", "", "Answers"));
    for (const field of quizzes.flatMap((quiz) => [...quiz.querySelectorAll("fieldset")])) {
      const number = field.querySelector("legend").textContent.match(/^\s*(\d+)/)?.[1];
      [...field.querySelectorAll("details")].forEach((choice, i) => {
        const why = [...choice.children].filter((child) => !child.matches("summary"));
        const letter = "abcdefgh"[i];
        const line = element("div", "nn-answer", element("b", "", `${number}${letter}`));
        line.append(element("div", "", ...why.map((node) => node.cloneNode(true))));
        list.append(line);
      });
    }
    made.push(list);
    return list;
  }

  addEventListener("beforeprint", () => {
    if (made.length) return;
    const article = document.querySelector(".bd-article");
    if (!article) return;
    const foot = document.querySelector(".nn-foot");
    const address = foot?.dataset.address ?? location.href;
    for (const place of article.querySelectorAll(VIEW)) picture(place, address);
    const quizzes = [...article.querySelectorAll(".nn-quiz")];
    if (!quizzes.length) return;
    if (foot) foot.before(answers(quizzes));
    else article.append(answers(quizzes));
  });
  addEventListener("afterprint", () => {
    for (const node of made) node.remove();
    made = [];
  });
})();
