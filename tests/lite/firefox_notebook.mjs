// node tests/lite/firefox_notebook.mjs FIREFOX ADDRESS CELLS: open a notebook of JupyterLite in Firefox,
// run its first CELLS cells by keyboard until a simulation stands there. Prints {first, requests, errors}.
import { createRequire } from "node:module";
import { join } from "node:path";
const puppeteer = createRequire(join(process.cwd(), "package.json"))("puppeteer-core");

const [executablePath, address, cells] = process.argv.slice(2);
const PATIENCE = { timeout: 240_000 };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function shiftEnter(page) {
  await page.keyboard.down("Shift");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Shift");
}
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
try {
  const page = await browser.newPage();
  const [requests, errors] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.setViewport({ width: 1280, height: 1000 });
  await page.goto(address, { waitUntil: "load" });
  // While the notebook settles its cells are drawn anew: a click can meet an editor that is gone (the
  // locator tries again) and a key one that has lost its focus (the loop does).
  const started = () => page.$eval(".jp-CodeCell .jp-InputPrompt", (prompt) => /[*0-9]/.test(prompt.innerText));
  await page.waitForSelector(".jp-CodeCell .jp-InputPrompt", PATIENCE);
  for (let tries = 0; tries < 60 && !(await started().catch(() => false)); tries++) {
    await page.locator(".jp-CodeCell .cm-content").setTimeout(PATIENCE.timeout).click();
    await shiftEnter(page);
    await pause(1000);
  }
  for (let cell = 1; cell < Number(cells); cell++) {
    await shiftEnter(page);
    await pause(300);
  }
  await page.waitForSelector(".jp-OutputArea .nn-sim", PATIENCE);
  const first = await page.$eval(".jp-CodeCell .jp-OutputArea", (output) => output.innerText);
  process.stdout.write(JSON.stringify({ first, requests, errors }));
} finally {
  await browser.close();
}
