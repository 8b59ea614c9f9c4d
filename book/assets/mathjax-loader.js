// Loads MathJax when the page stands and its simulations have been drawn. Typesetting keeps the main
// thread busy for up to a second; until then a simulation would look alive and answer nobody.
{
  const script = document.createElement("script");
  script.src = document.currentScript.src.replace(/mathjax-loader\.js.*/, "mathjax/tex-mml-chtml.js");
  const load = () => document.head.append(script);
  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 200));
  addEventListener("load", () => idle(load, { timeout: 600 }));
}
