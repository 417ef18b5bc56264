// The page of a run, as a browser shows it. Started by ./run, which makes the pages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const { CHROMIUM, PAGES } = process.env;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FILES = { all: join(PAGES, 'all/verify.html'), plots: join(PAGES, 'plots/verify.html'), hostile: join(PAGES, 'hostile.html') };
const WIDTHS = [360, 800, 1440];
const SCHEMES = ['light', 'dark'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

let browser;
const scratch = mkdtempSync(join(tmpdir(), 'goldenweight-browser-'));
before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS });
});
after(async () => {
  await browser?.close();
  rmSync(scratch, { recursive: true, force: true });
});

// Opens a page, gives it to `look`, and holds it to what is true of every page: nothing is requested but the file, nothing is said on
// the console.
const visit = async (file, options, look, anchor = '') => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const [said, requested] = [[], []];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => requested.push(request.url()));
  const url = pathToFileURL(file).href;
  await page.goto(url + anchor, { waitUntil: 'load' });
  await look(page);
  assert.deepEqual(said, []);
  assert.deepEqual(requested.map((address) => address.split('#')[0]), [url]);
  await context.close();
};

const ids = (page) => page.$$eval('#claims > tbody:not(.filtered)', (groups) => groups.map((group) => group.id));
const isOpen = (page, id) => page.locator(`[id="${id}-evidence"]`).isVisible();
const document_ = (name) => JSON.parse(readFileSync(FILES[name].replace(/html$/, 'json'), 'utf8'));

test('pages are small, and the whole registry is there', async () => {
  for (const file of Object.values(FILES)) assert.ok(statSync(file).size < 8e6, file);
  const { claims } = document_('all');
  assert.ok(claims.length > 50);
  await visit(FILES.all, {}, async (page) => {
    assert.deepEqual(await ids(page), claims.map((claim) => claim.id));
    assert.deepEqual(await page.locator('.statement').allTextContents(), claims.map((claim) => claim.statement));
  });
});

test('formulas are laid out as mathematics', async () => {
  await visit(FILES.all, {}, async (page) => {
    const formulas = await page.$$eval('.formula math', (all) => all.map((math) => {
      const { width, height } = math.getBoundingClientRect();
      return { namespace: math.namespaceURI, width, height };
    }));
    assert.ok(formulas.length > 61);
    for (const { namespace, width, height } of formulas) {
      assert.equal(namespace, 'http://www.w3.org/1998/Math/MathML');
      assert.ok(width > 5 && height > 10, `${width} x ${height}`);
    }
    // A fraction is as high as two lines: the markup is rendered, not read out in a row.
    const fraction = await page.locator('#golden-weight mfrac').first().boundingBox();
    assert.ok(fraction.height > 30, `${fraction.height}`);
  });
});

test('the filter narrows by text, verdict and kind, and counts', async () => {
  const { claims } = document_('all');
  await visit(FILES.all, {}, async (page) => {
    const count = () => page.locator('#count').textContent();
    assert.equal(await count(), `${claims.length} of ${claims.length} claims`);
    await page.fill('#filter-text', 'GOLDEN weight');
    // The visible row's text: id, statement, formula, verdict, kinds.
    const shown = await ids(page);
    assert.ok(shown.includes('golden-weight') && !shown.includes('cdf-law'), shown.join());
    assert.equal(await count(), `${shown.length} of ${claims.length} claims`);
    await page.fill('#filter-text', '');
    await page.selectOption('#filter-kind', 'property');
    const having = claims.filter((claim) => claim.evidence.some((evidence) => evidence.kind === 'property'));
    assert.deepEqual(await ids(page), having.map((claim) => claim.id));
    await page.selectOption('#filter-verdict', 'refuted');
    assert.deepEqual(await ids(page), []);
    assert.equal(await count(), `0 of ${claims.length} claims`);
  });
});

test('headers sort, in both directions, and say so', async () => {
  const { claims } = document_('all');
  await visit(FILES.all, {}, async (page) => {
    const header = page.locator('#claims > thead th').first();
    await header.getByRole('button').click();
    const sorted = claims.map((claim) => claim.id).sort((a, b) => a.localeCompare(b));
    assert.deepEqual(await ids(page), sorted);
    assert.equal(await header.getAttribute('aria-sort'), 'ascending');
    await header.getByRole('button').press('Enter');
    assert.deepEqual(await ids(page), sorted.reverse());
    assert.equal(await header.getAttribute('aria-sort'), 'descending');
    assert.equal(await page.locator('#claims > thead [aria-sort]').count(), 1);
  });
  await visit(FILES.hostile, {}, async (page) => {
    await page.getByRole('button', { name: 'z', exact: true }).click();
    // |z| 57.71, 1.25, then those without.
    assert.deepEqual((await ids(page)).slice(0, 2), ['bad', 'good']);
  });
});

test('rows open by mouse, by keyboard and all at once', async () => {
  await visit(FILES.all, {}, async (page) => {
    const toggle = page.locator('#cdf-law button.toggle');
    assert.equal(await isOpen(page, 'cdf-law'), false);
    await toggle.click();
    assert.equal(await isOpen(page, 'cdf-law'), true);
    assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
    await toggle.press('Enter');
    assert.equal(await isOpen(page, 'cdf-law'), false);
    await page.locator('#cdf-law .statement').click();
    assert.equal(await isOpen(page, 'cdf-law'), true);
    await page.getByRole('button', { name: 'Open all' }).click();
    assert.equal(await page.locator('tr.evidence:visible').count(), document_('all').claims.length);
    await page.getByRole('button', { name: 'Close all' }).click();
    assert.equal(await page.locator('tr.evidence:visible').count(), 0);
  });
});

test('by keyboard alone: skip link, filter, headers, first claim, with a visible focus', async () => {
  await visit(FILES.plots, {}, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.id);
    const tab = async (times) => {
      const order = [];
      for (let step = 0; step < times; step += 1) {
        await page.keyboard.press('Tab');
        order.push(await focused());
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, 'none', order.at(-1));
      }
      return order;
    };
    assert.deepEqual(await tab(2), ['Skip to the claims', 'The run']);
    await page.locator('#filter-text').focus();
    // Two selections, the button, four short forms.
    assert.equal((await tab(7))[2], 'Open all');
    assert.deepEqual(await tab(8), ['Claim', 'Verdict', 'Evidence', 'z', 'Detects', 'Margin', 'Source', 'golden-ratio']);
    await page.keyboard.press('Space');
    assert.equal(await isOpen(page, 'golden-ratio'), true);
  });
});

test('an anchor opens its row, also behind a filter', async () => {
  await visit(FILES.all, {}, async (page) => {
    assert.equal(await isOpen(page, 'golden-weight'), true);
    const { y } = await page.locator('#golden-weight').boundingBox();
    assert.ok(y >= 0 && y < 200, `${y}`);
    await page.fill('#filter-text', 'no such claim');
    await page.evaluate(() => { location.hash = 'cdf-law'; });
    await page.locator('#cdf-law-evidence').waitFor({ state: 'visible' });
    await page.evaluate(() => { location.hash = '%'; });
  }, '#golden-weight');
});

test('nothing is wider than the page, open or closed', async () => {
  for (const [name, file] of Object.entries(FILES)) for (const width of WIDTHS) for (const colorScheme of SCHEMES) {
    await visit(file, { viewport: { width, height: 900 }, colorScheme }, async (page) => {
      const beyond = () => page.evaluate(() => {
        // What scrolls in a box of its own, and what is for screen readers, may be wider.
        const wide = [...document.querySelectorAll('body *')].filter((element) => !element.closest('.formula > *, .records-table > *, .aside, .skip, math')
          && element.getBoundingClientRect().right > innerWidth + 1);
        return [document.documentElement.scrollWidth > innerWidth, ...wide.map((element) => element.outerHTML.slice(0, 120))];
      });
      assert.deepEqual(await beyond(), [false], `${name} closed at ${width}`);
      if (await page.locator('#toggle-all').textContent() === 'Open all') await page.locator('#toggle-all').click();
      assert.deepEqual(await beyond(), [false], `${name} open at ${width}`);
    });
  }
});

test('a narrow page gives formulas its whole width', async () => {
  await visit(FILES.all, { viewport: { width: 360, height: 900 } }, async (page) => {
    const widths = await page.$$eval('.formula', (all) => all.map((box) => [box.clientWidth, box.scrollWidth]));
    assert.ok(widths.every(([shown]) => shown > 320), `${widths[0]}`);
    // What is wider scrolls, and can be reached with the keyboard.
    const wider = widths.filter(([shown, all]) => all > shown).length;
    assert.equal(await page.locator('.formula[tabindex="0"][role=group][aria-label]').count(), wider);
    // One in ten may be: most break where one relation ends.
    assert.ok(10 * wider < widths.length, `${wider} of ${widths.length} formulas are wider than 360 px`);
  });
});

test('plots are visible and their marks are where the numbers are', async () => {
  for (const width of WIDTHS) await visit(FILES.plots, { viewport: { width, height: 900 } }, async (page) => {
    await page.locator('#toggle-all').click();
    const boxes = await page.$$eval('svg', (all) => all.map((svg) => svg.getBoundingClientRect().toJSON()));
    assert.ok(boxes.length >= 5);
    for (const box of boxes) assert.ok(box.width > 100 && box.height > 10, JSON.stringify(box));
    const rows = await page.$$eval('.forest tr:has(.interval)', (all) => all.map((row) => {
      const box = (selector) => row.querySelector(selector).getBoundingClientRect();
      const [band, zero, interval, mark] = ['.band', '.zero', '.interval', 'circle'].map(box);
      const centre = (part) => part.x + part.width / 2;
      return { half: band.width / 2, zero: centre(zero), low: interval.left, high: interval.right, mark: centre(mark) };
    }));
    const { claims } = document_('plots');
    const comparisons = claims.flatMap((claim) => claim.evidence).flatMap((evidence) => evidence.comparisons);
    assert.equal(rows.length, comparisons.length);
    rows.forEach(({ half, zero, low, high, mark }, i) => {
      const { relative_error: error, interval, margin } = comparisons[i];
      // Half a pixel of rounding, and a stroke's width at the ends of a line.
      assert.ok(Math.abs((mark - zero) / half - error / margin) * half < 1.5);
      assert.ok(Math.abs((low - zero) / half - interval[0] / margin) * half < 2.5);
      assert.ok(Math.abs((high - zero) / half - interval[1] / margin) * half < 2.5);
    });
    assert.equal(await page.locator('.calibration circle').count(), comparisons.length);
  });
});

test('a refuted claim is on top and open, with its gap in its row', async () => {
  await visit(FILES.hostile, {}, async (page) => {
    assert.deepEqual(await ids(page), ['bad', 'vague', 'good', 'last']);
    assert.equal(await isOpen(page, 'bad'), true);
    assert.equal(await isOpen(page, 'good'), false);
    assert.equal(await page.locator('#bad .gap').textContent(), 'error 2.2e11 × tolerance');
    assert.match(await page.locator('h1').textContent(), /Refuted/);
  });
});

test('hostile text stays text', async () => {
  await visit(FILES.hostile, {}, async (page) => {
    assert.equal(await page.title(), 'goldenweight: refuted');
    assert.equal(await page.locator('script').count(), 1);
    assert.equal(await page.locator('[onmouseover]').count(), 0);
    assert.match(await page.locator('#bad .statement').textContent(), /<script>document\.title = 'stolen'<\/script>/);
  });
});

test('the first words have the numbers of the run, and stand as large as what was not shown', async () => {
  const { claims } = document_('plots');
  const pieces = claims.flatMap((claim) => claim.evidence).length;
  for (const width of WIDTHS) await visit(FILES.plots, { viewport: { width, height: 900 } }, async (page) => {
    const words = await page.locator('.words section').first().textContent();
    assert.ok(words.includes(`1 claim, with ${pieces} pieces of evidence, were checked.`), words);
    const worst = Math.max(...claims[0].evidence.flatMap((e) => e.comparisons).map((c) => c.detectable_effect));
    assert.ok(words.includes(`${(100 * worst).toFixed(2)} %`), words);
    const sizes = await page.$$eval('.words p, .words li', (all) => all.map((element) => getComputedStyle(element).fontSize));
    assert.equal(new Set(sizes).size, 1);
    // Both are on the first screen of a wide page.
    if (width === 1440) assert.ok((await page.locator('#not-shown').boundingBox()).y < 400);
  });
});

test('the contents, short forms and panels lead where they say', async () => {
  await visit(FILES.all, {}, async (page) => {
    const targets = await page.$$eval('.contents a, .legend a', (all) => all.map((link) => link.getAttribute('href')));
    assert.ok(targets.includes('#paper') && targets.includes('#figures') && targets.includes('#atlas') && targets.includes('#term-z'));
    for (const target of targets) {
      await page.locator(`:is(.contents, .legend) a[href="${target}"]`).click();
      const { y } = await page.locator(`[id="${target.slice(1)}"]`).boundingBox();
      assert.ok(y > -5 && y < 900, `${target}: ${y}`);
    }
    // From a panel to its claim, which opens, and back.
    assert.equal(await page.locator('#figures figure svg').count(), 22);
    await page.locator('#panel-8b figcaption a').click();
    // The page hears of its new anchor after the click.
    await page.locator('[id="figure-8b-evidence"]').waitFor();
    await page.locator('#figure-8b .places a').first().click();
    const { y } = await page.locator('#panel-8b').boundingBox();
    assert.ok(y > -5 && y < 300, `${y}`);
    // From a setting in the picture of the atlas to its place in the list, which has its claims.
    const [settings, linked] = [page.locator('#atlas .settings li'), page.locator('#atlas-picture svg a')];
    assert.equal(await linked.count(), await settings.count());
    await linked.filter({ hasText: 'ridge regression' }).click();
    const found = settings.filter({ hasText: 'ridge regression' });
    assert.ok((await found.boundingBox()).y < 900 && await found.evaluate((item) => item.matches(':target')));
    assert.ok(await found.locator('a[href="#ridge-law"]').count() > 0);
    // Statement, formula and derivation are in one place, and so are the routes.
    for (const part of ['.statement', '.formula', '.derivation', '.routes']) {
      assert.equal(await page.locator(`#figure-8b ${part}`).isVisible(), true, part);
    }
    await page.locator('#figure-8b summary').press('Enter');
    assert.match(await page.locator('#figure-8b .derivation').innerText(), /Wishart/);
  });
});

test('a panel has the colours of its picture, and letters that can be read', async () => {
  await visit(FILES.all, {}, async (page) => {
    const text = page.locator('#panel-8a svg text').first();
    assert.ok((await text.boundingBox()).height > 10);
    assert.equal(await page.locator('#panel-8a svg line, #panel-8a svg polyline').first().evaluate((line) => getComputedStyle(line).stroke !== 'none'), true);
  });
});

test('claims are ordered by the largest error that could pass', async () => {
  const { claims } = document_('plots');
  assert.ok(claims.length > 0);
  await visit(FILES.hostile, {}, async (page) => {
    await page.getByRole('button', { name: 'Detects', exact: true }).click();
    const keys = await page.$$eval('#claims > tbody', (groups) => groups.map((group) => group.rows[0].cells[4].dataset.key));
    const known = keys.filter((key) => key !== undefined).map(Number);
    assert.ok(known.length === 2 && known.every((key, i) => i === 0 || key <= known[i - 1]), keys.join());
    assert.equal(keys.indexOf(undefined), 2);
  });
});

// The policy, not only the escaping: markup that got in all the same would do nothing.
test('a script that is not the page’s own does not run', async () => {
  const file = join(scratch, 'broken.html');
  const text = readFileSync(FILES.hostile, 'utf8');
  writeFileSync(file, text.replace('<main>', '<main><script>document.title = "stolen"</script>'));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  assert.equal(await page.title(), 'goldenweight: refuted');
  assert.equal(await page.locator('html.js').count(), 1);
  await context.close();
});

test('without a script everything is open and nothing is dead', async () => {
  await visit(FILES.all, { javaScriptEnabled: false }, async (page) => {
    const { claims } = document_('all');
    assert.equal(await page.locator('tr.evidence:visible').count(), claims.length);
    assert.equal(await page.locator('button:visible, input:visible, select:visible').count(), 0);
    const commands = new Set(await page.locator('.command code').allTextContents());
    for (const { evidence } of claims) for (const { reproduce } of evidence) assert.ok(commands.has(reproduce), reproduce);
  });
});

// The law of the mean of Gaussian rows, p = 2: what the table must say, from the formula and not from the program.
const risk = (w, n, m) => Number((2 * (w ** 2 / n + (1 - w) ** 2 / m) / (1 - (1 - w) ** 2)).toPrecision(6)).toString();

test('the explorer follows its sliders by keyboard, and prints what it shows', async () => {
  for (const width of [360, 1440]) await visit(FILES.plots, { viewport: { width, height: 900 } }, async (page) => {
    const said = (name) => page.locator(`#explorer-${name}`).textContent();
    assert.equal(await said('here'), `w = 0.62: risk ${risk(0.62, 100, 100)} (exact at these n and m)`);
    assert.equal(await said('best'), `w = 0.618034: risk ${risk(0.618034, 100, 100)} (exact at these n and m)`);
    assert.equal(await said('pooling'), `w = 0.5: risk ${risk(0.5, 100, 100)} (exact at these n and m)`);
    await page.locator('#explorer-weight').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    assert.equal(await said('here'), `w = 0.64: risk ${risk(0.64, 100, 100)} (exact at these n and m)`);
    assert.equal(await said('here-command'), 'goldenweight risk --model gaussian-mean --real 100 --synthetic 100 --weight 0.64');
    await page.locator('#explorer-synthetic').focus();
    await page.keyboard.press('End');
    assert.equal(await page.locator('#explorer-synthetic').getAttribute('aria-valuetext'), '10000');
    assert.equal(await said('here'), `w = 0.64: risk ${risk(0.64, 100, 10000)} (exact at these n and m)`);
    assert.equal(await said('pooling'), `w = 0.00990099: risk ${risk(0.00990099, 100, 10000)} (exact at these n and m)`);
    await page.locator('#explorer-real').focus();
    await page.keyboard.press('Home');
    assert.equal(await said('alone'), `w = 1: risk ${risk(1, 10, 10000)} (exact at these n and m)`);
    // The circle of the chosen weight lies on the curve.
    const points = (await page.locator('.explorer-curve').getAttribute('points')).split(' ');
    const [x, y] = await page.locator('.explorer-here').evaluate((circle) => ['cx', 'cy'].map((name) => circle.getAttribute(name)));
    assert.ok(points.length > 20 && points.includes(`${x},${y}`), `${x},${y}`);
    // A schedule without a weight has one risk; a model without a law under a schedule does not offer it.
    await page.selectOption('#explorer-schedule', 'accumulate');
    assert.equal(await page.locator('.explorer-plot').isVisible(), false);
    assert.equal(await page.locator('#explorer-weight').isDisabled(), true);
    assert.match(await said('here'), /^risk 0\.\d+ \(exact/);
    await page.selectOption('#explorer-model', 'kde');
    assert.equal(await page.locator('#explorer-schedule').inputValue(), 'fresh');
    assert.equal(await page.locator('#explorer-schedule option[value=fixed]').isDisabled(), true);
    const here = await said('here');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('#explorer-model').isVisible(), false);
    assert.equal(await page.locator('#explorer-here').isVisible(), true);
    assert.equal(await said('here'), here);
  });
});

test('how the checks were tested: every record has its commit and its age', async () => {
  await visit(FILES.plots, {}, async (page) => {
    const rows = await page.locator('#tested tbody tr').allTextContents();
    assert.ok(rows.length > 20);
    const text = await page.locator('#tested').textContent();
    assert.match(text, /97 faults, 96 refuted, 1 not/);
    // All but the faults, which have a sentence, are rows.
    const records = readFileSync(new URL('../../docs/data/runs.csv', import.meta.url), 'utf8');
    const known = records.match(/^[^,]+,(mutation|calibration|fresh),/gm).length;
    assert.equal(rows.filter((row) => /older than the code|of this code/.test(row)).length, known);
  });
});

// Line breaks and the marks of pages aside.
const squeezed = (text) => text.normalize('NFC').replace(/[\s\f\u00ad]/g, '');

test('prints every statement with its domain on some pages, and all evidence where all is open', async (context) => {
  await visit(FILES.all, {}, async (page) => {
    const { claims } = document_('all');
    const run = (tool, ...options) => spawnSync(tool, options, { encoding: 'utf8' });
    const isRead = !run('pdftotext', '-v').error;
    if (!isRead) context.diagnostic('no pdftotext (poppler-utils): the text of the PDF is not looked at');
    const printed = async (name, commands) => {
      const file = join(scratch, `${name}.pdf`);
      await page.pdf({ path: file, preferCSSPageSize: true });
      await page.emulateMedia({ media: 'print' });
      for (const part of ['.statement', 'tr.evidence .domain']) assert.equal(await page.locator(`${part}:visible`).count(), claims.length, part);
      assert.equal(await page.locator('.routes:visible').count() > 0, commands);
      assert.equal(await page.locator('.filters:visible').count(), 0);
      await page.emulateMedia({ media: null });
      assert.ok(readFileSync(file, 'latin1').startsWith('%PDF-'));
      if (!isRead) return [0, 1000][Number(commands)];
      const text = squeezed(run('pdftotext', '-raw', file, '-').stdout);
      for (const { id, statement, domain, evidence } of claims) {
        for (const words of [statement, domain]) assert.ok(text.includes(squeezed(words)), `${id}: ${words}`);
        for (const { reproduce } of evidence) assert.equal(text.includes(squeezed(reproduce)), commands, `${id}: ${reproduce}`);
      }
      return Number(run('pdfinfo', file).stdout.match(/^Pages:\s+(\d+)/m)[1]);
    };
    const short = await printed('closed', false);
    await page.locator('#toggle-all').click();
    const long = await printed('open', true);
    assert.ok(short < 60 && long > 2 * short, `${short} pages, ${long} with all open`);
  });
});

test('axe finds nothing serious, in either scheme, at every width', async () => {
  for (const [name, file] of Object.entries(FILES)) for (const colorScheme of SCHEMES) for (const width of WIDTHS) {
    // The large page differs from the others by its formulas alone.
    if (name === 'all' && width === 800) continue;
    await visit(file, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
      if (await page.locator('#toggle-all').textContent() === 'Open all') await page.locator('#toggle-all').click();
      // Evaluated, not added as an element: the page's policy forbids those.
      await page.evaluate(AXE);
      const { violations, passes } = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
      }));
      const grave = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
      assert.deepEqual(grave.map(({ id, nodes }) => [id, nodes.length, nodes[0].html, nodes[0].failureSummary]), [], `${name} ${colorScheme} ${width}`);
      assert.ok(passes.some(({ id, nodes }) => id === 'color-contrast' && nodes.length > 20));
      const slight = violations.map(({ id, impact }) => `${id} (${impact})`);
      if (slight.length > 0) console.log(`${name} ${colorScheme} ${width}: ${slight.join(', ')}`);
    });
  }
});
