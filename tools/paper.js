// What tools/paper.py asks of a page that it is going to print. Put into the page by it.
globalThis.nnPaper = {
  /** Wait for fonts and formulas, then let print.js make what paper needs. */
  async ready() {
    await document.fonts.ready;
    if (document.querySelector('script[src*="mathjax-loader"]')) {
      const late = Date.now() + 60_000;
      while (!globalThis.MathJax?.startup?.promise) {
        if (Date.now() > late) throw new Error("MathJax has not come within a minute");
        await new Promise((done) => setTimeout(done, 50));
      }
      await MathJax.startup.promise;
    }
    dispatchEvent(new Event("beforeprint"));
  },

  /** Links within the site get its published address; what is wider than the page is made smaller. */
  fit(book) {
    const here = location.href.replace(/#.*/, "");
    const root = new URL(document.documentElement.dataset.content_root, here).href;
    for (const link of document.querySelectorAll(".bd-article a[href]")) {
      const inside = link.href.startsWith(root) && !link.href.startsWith(`${here}#`);
      if (inside) link.href = `${book}/${link.href.slice(root.length)}`;
    }
    const shrink = (box, part) => {
      for (let i = 0; i < 3 && box.scrollWidth > box.clientWidth; i++) {
        const size = parseFloat(getComputedStyle(part).fontSize) * (box.clientWidth / box.scrollWidth);
        part.style.setProperty("font-size", `${size * 0.99}px`, "important");
      }
    };
    for (const math of document.querySelectorAll(".bd-article div.math")) {
      shrink(math, math.querySelector("mjx-container") ?? math);
    }
    for (const box of document.querySelectorAll(".pst-scrollable-table-container")) {
      shrink(box, box.querySelector("table"));
    }
  },

  /** What is wrong with the page in print: a sentence each. */
  faults(width) {
    const found = [];
    const article = document.querySelector(".bd-article");
    const all = (selector) => [...article.querySelectorAll(selector)];
    const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 0;
    const say = (what, node) => found.push(`${what}: <${node.localName} class="${node.className}"> ${node.textContent.slice(0, 60)}`);
    for (const node of all(":not(svg *, mjx-container *, .visually-hidden)")) {
      if (!shown(node)) continue;
      if (node.getBoundingClientRect().right > width + 1) say("wider than the page", node);
      const hides = getComputedStyle(node).overflowX !== "visible";
      if (hides && node.scrollWidth > node.clientWidth + 1) say("cut off", node);
    }
    for (const image of all("img")) {
      if (shown(image) && !(image.complete && image.naturalWidth)) say("no picture", image);
    }
    for (const drawing of all("figure svg")) {
      if (shown(drawing) && !drawing.getBBox().width) say("empty drawing", drawing);
    }
    for (const math of all(".math")) if (!math.querySelector("mjx-container")) say("not set", math);
    for (const error of all("mjx-merror")) say("formula in error", error);
    const places = all('script[type="application/vnd.jupyter.widget-view+json"]').length;
    const pictures = all(".nn-on-paper > figure").filter(shown).length;
    if (places !== pictures) found.push(`${places} simulations, but ${pictures} pictures of them`);
    for (const node of all("button, .nn-sim, .headerlink")) if (shown(node)) say("not for paper", node);
    return [...new Set(found)].slice(0, 12);
  },

  /** The page's headings as they are read; without formulas, whose letters a PDF has in another order. */
  headings() {
    return [...document.querySelectorAll(".bd-article :is(h1, h2)")].map((heading) => {
      const copy = heading.cloneNode(true);
      for (const extra of copy.querySelectorAll(".headerlink, .nn-report, .math")) extra.remove();
      return copy.textContent.trim();
    });
  },
};
