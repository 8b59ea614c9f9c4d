// node tests/lite/firefox_notebook.mjs FIREFOX ADDRESS CELLS: open a notebook of JupyterLite in Firefox,
// run its first CELLS cells by keyboard until a simulation stands there. Prints {first, requests, errors}.
import { createRequire } from "node:module";
import { join } from "node:path";
const puppeteer = createRequire(join(process.cwd(), "package.json"))("puppeteer-core");

const [executablePath, address, cells] = process.argv.slice(2);
const PATIENCE = { timeout: 240_000 };
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const [requests, errors] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setViewport({ width: 1280, height: 1000 });
  await page.goto(address, { waitUntil: "load" });
  await page.waitForSelector(".jp-CodeCell", PATIENCE);
  await page.click(".jp-CodeCell .cm-content");
  for (let cell = 0; cell < Number(cells); cell++) {
    await page.keyboard.down("Shift");
    await page.keyboard.press("Enter");
    await page.keyboard.up("Shift");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await page.waitForSelector(".jp-OutputArea .nn-sim", PATIENCE);
  const first = await page.$eval(".jp-CodeCell .jp-OutputArea", (output) => output.innerText);
  process.stdout.write(JSON.stringify({ first, requests, errors }));
} finally {
  await browser.close();
}
