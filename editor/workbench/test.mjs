// Tries the packaged extension as a user does: in VS Code, on a file of the examples.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, '../vscode');
const packaged = readdirSync(extension).find(name => name.endsWith('.vsix'));
assert.ok(packaged, 'the extension is not packaged: run `npm run package` in editor/vscode');
const heddle = process.env.HEDDLE ?? join(here, '../../heddle');
const shots = process.env.SCREENSHOTS;

const home = mkdtempSync(join(tmpdir(), 'heddle-workbench-'));
const opened = join(home, 'opened');
const data = join(home, 'data');
const settings = { 'heddle.command': heddle, 'workbench.startupEditor': 'none', 'editor.inlayHints.enabled': 'on' };
for (const folder of [opened, join(data, 'User'), join(data, 'Machine')]) {
  mkdirSync(folder, { recursive: true });
}
for (const of of ['User', 'Machine']) {
  writeFileSync(join(data, of, 'settings.json'), JSON.stringify(settings));
}
cpSync(join(here, '../../examples/models/llama3_8b.tfm'), join(opened, 'llama3_8b.tfm'));

const code = [
  join(here, 'node_modules/code-server/out/node/entry.js'),
  '--config', join(home, 'config.yaml'), '--user-data-dir', data, '--extensions-dir', join(home, 'extensions')
];
const env = { ...process.env, HOME: home };

async function freePort() {
  const server = createServer();
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise(done => server.close(done));
  return port;
}

async function answers(url) {
  for (let tries = 0; tries < 120; tries++) {
    if (await fetch(url).then(answer => answer.ok, () => false)) {
      return;
    }
    await new Promise(done => setTimeout(done, 500));
  }
  throw new Error(`${url} does not answer`);
}

async function look(page, name) {
  if (shots) {
    await page.screenshot({ path: join(shots, `${name}.png`) });
  }
}

async function command(page, name) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input.input');
  await input.fill(`>${name}`);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
  await page.keyboard.press('Enter');
}

// What stands in the panel below, whose spaces the editor makes hard ones.
async function panelShows(page, pattern) {
  await page.waitForFunction(
    source => new RegExp(source).test((document.querySelector('.part.panel')?.textContent ?? '').replaceAll('\u00a0', ' ')),
    pattern.source);
}

async function choose(page, plan) {
  await page.locator('.quick-input-list .monaco-list-row', { hasText: plan }).first().click();
}

async function tryIt(page) {
  await page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'llama3_8b.tfm' }).dblclick();

  // Between the lines, and as the server colours them.
  await page.locator('.view-lines', { hasText: 'all-reduce tp' }).waitFor();
  await look(page, 'hints');

  await command(page, 'Heddle: Run Plan');
  await choose(page, 'Pod64');
  await panelShows(page, /Pod64: .* s · .* % MFU · .* GB/);
  await look(page, 'run');

  await command(page, 'Heddle: Explain Plan');
  await choose(page, 'Pod64');
  await panelShows(page, /gather.weights.dp +all-gather +over dp/);

  // Above a plan; the panel makes room first.
  await page.keyboard.press('Control+J');
  await page.locator('.monaco-editor .view-line', { hasText: 'tfm 1' }).click();
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget input.input').fill(':57');
  await page.keyboard.press('Enter');
  await page.locator('.codelens-decoration:visible', { hasText: '% MFU' }).first().waitFor();
  await look(page, 'plans');

  await command(page, 'Heddle: Open Report of Plan');
  const report = page.frameLocator('iframe.webview').frameLocator('iframe');
  await report.getByRole('heading', { name: 'Llama3_8B, plan Pod64' }).waitFor({ timeout: 120_000 });
  await report.locator('#pipeline svg, #pipeline canvas').first().waitFor();
  await look(page, 'report');

  // A finding, and its fix.
  await page.locator('.monaco-editor .view-line', { hasText: 'mesh' }).first().click();
  await page.keyboard.press('Control+G');
  await page.locator('.quick-input-widget input.input').fill(':11:100');
  await page.keyboard.press('Enter');
  await page.keyboard.type('\ndim q = hiden');
  await page.keyboard.press('Escape');
  await page.locator('.squiggly-error').first().waitFor();
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget', { hasText: 'hidden' }).waitFor();
  await look(page, 'fix');
}

let server;
let browser;
try {
  const installed = spawnSync(process.execPath, [...code, '--install-extension', join(extension, packaged)], { env, encoding: 'utf8' });
  assert.equal(installed.status, 0, installed.stdout + installed.stderr);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  server = spawn(
    process.execPath,
    [...code, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check',
      '--disable-workspace-trust', opened],
    { env, stdio: 'ignore' });
  await answers(url);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: process.env.COLOURS ?? 'light' });
  page.setDefaultTimeout(60_000);
  await page.goto(`${url}?folder=${encodeURIComponent(opened)}`);
  try {
    await tryIt(page);
  } catch (error) {
    await look(page, 'failed');
    throw error;
  }
  console.log('1 passed, 0 failed');
} finally {
  await browser?.close();
  server?.kill();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
