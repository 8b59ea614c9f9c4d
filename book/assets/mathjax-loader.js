// Loads MathJax when the page stands and its simulations have been drawn. Typesetting keeps the main
// thread busy for up to a second; until then a simulation would look alive and answer nobody.
{
  const script = document.createElement("script");
  script.src = document.currentScript.src.replace(/mathjax-loader\.js.*/, "mathjax/tex-mml-chtml.js");
  const load = () => document.head.append(script);
  // A formula that is wider than its place scrolls, so the keyboard must reach it; no other needs to be.
  const reach = () => {
    for (const math of document.querySelectorAll('mjx-container[display="true"]')) {
      if (math.scrollWidth > math.clientWidth) math.tabIndex = 0;
      else math.removeAttribute("tabindex");
    }
  };
  script.onload = () => MathJax.startup.promise.then(reach);
  addEventListener("resize", reach);
  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 200));
  addEventListener("load", () => idle(load, { timeout: 600 }));
}
