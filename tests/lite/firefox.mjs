// node tests/lite/firefox.mjs FIREFOX PAGE CELL: run a page's cells up to CELL (-1: all) in Firefox.
// Prints a JSON text: {seconds, said, notes, outputs, simulations, requests, errors}.
import { createRequire } from "node:module";
import { join } from "node:path";
const puppeteer = createRequire(join(process.cwd(), "package.json"))("puppeteer-core");

const [executablePath, address, cell] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address, { waitUntil: "load" });
  const start = Date.now();
  await page.waitForSelector(".nn-run");
  await page.evaluate((n) => [...document.querySelectorAll(".nn-run")].at(n).click(), Number(cell));
  const ended = () => /is ready|has ended/.test(document.querySelector(".nn-python [role=status]")?.textContent ?? "");
  await page.waitForFunction(ended, { timeout: 540_000 });
  const seconds = (Date.now() - start) / 1000;
  const seen = await page.evaluate(() => {
    const texts = (what) => [...document.querySelectorAll(what)].map((element) => element.textContent);
    const outputs = [...document.querySelectorAll(".cell_output")];
    const simulations = outputs.map((output) => output.querySelectorAll(".nn-sim").length);
    return { said: texts(".nn-python [role=status]")[0], notes: texts(".nn-live span"), outputs: texts(".cell_output"), simulations };
  });
  process.stdout.write(JSON.stringify({ seconds, ...seen, requests, errors }));
} finally {
  await browser.close();
}
