// Fills in where the reader was when something seemed wrong. Without this script the link at the end of a
// page opens an issue all the same, with the page and its versions.
(function () {
  "use strict";

  /** The address of a new issue, with the section and the browser added to what is known of the page. */
  function filledIn(address, section, browser) {
    const url = new URL(address);
    const body = url.searchParams.get("body");
    const more = [section && `Section: ${section}`, `Browser: ${browser}`].filter(Boolean).join("\n");
    url.searchParams.set("body", body.replace("\n\n", `\n${more}\n\n`));
    return url.href;
  }

  function text(heading) {
    const copy = heading.cloneNode(true);
    for (const extra of copy.querySelectorAll(".headerlink, .nn-report, mjx-assistive-mml")) extra.remove();
    return copy.textContent.trim();
  }
  const place = (heading) => {
    const id = heading.closest("section[id]")?.id;
    return id ? `${text(heading)} (#${id})` : text(heading);
  };

  function start() {
    const link = document.querySelector(".nn-tell a");
    if (!link) return;
    const address = link.href;
    const headings = [...document.querySelectorAll(".bd-article :is(h1, h2, h3)")];
    let chosen = null; // the section whose own link was followed last
    document.addEventListener("click", (event) => {
      const to = event.target.closest?.('a[href^="#"]')?.hash.slice(1);
      if (to) chosen = headings.find((h) => h.closest("section[id]")?.id === to) ?? null;
    });
    const fill = () => {
      const above = headings.findLast((h) => h.getBoundingClientRect().top < 0);
      const at = chosen ?? above ?? headings[0];
      link.href = filledIn(address, at && place(at), navigator.userAgent);
    };
    link.addEventListener("pointerdown", fill);
    link.addEventListener("focus", fill);

    // Beside each section's heading, seen on hover and on focus.
    for (const heading of headings.filter((h) => h.matches("section > h2"))) {
      const own = document.createElement("a");
      own.className = "nn-report";
      own.href = filledIn(address, place(heading), navigator.userAgent);
      own.textContent = "report";
      own.setAttribute("aria-label", `Report a mistake in “${text(heading)}”`);
      heading.append(" ", own);
    }
  }

  globalThis.nnTell = { filledIn };
  if (globalThis.document) {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
    else start();
  }
})();
