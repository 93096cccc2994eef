// SPDX-License-Identifier: GPL-2.0
// Looks at the status page as a person does; tests/ui/status.sh runs it in the dispatcher's namespace. Starts and ends the
// agent itself, as the page is to see that, too.
import {execFileSync, spawn} from 'node:child_process';
import {openSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

const {RUN_DIR, PLAYWRIGHT, VIP, SARA_SHOTS} = process.env;
const {chromium} = createRequire(join(PLAYWRIGHT, 'x.js'))('playwright-core');
const here = dirname(new URL(import.meta.url).pathname);
const ADDRESS = 'http://127.0.0.1:9478/';
const PATIENCE = 180_000;  // of a browser in a machine of one processor that others use, too

let failed = 0;
async function check(what, holds) {
	let why = '';
	try {
		const value = await holds();
		if (value === false)
			why = ': it is not so';
	} catch (error) {
		why = `: ${String(error.message).slice(0, 600)}`;
	}
	failed += why ? 1 : 0;
	console.log(`${why ? 'not ok' : 'ok'}: ${what}${why}`);
}

const sara = (...words) => execFileSync('sara', words, {encoding: 'utf8', maxBuffer: 64 << 20});
const inC1 = (...words) => execFileSync('ip', ['netns', 'exec', 'c1', ...words]);
const send = (port, calls, prefix) => inC1('python3', join(here, 'send.py'), String(port), String(calls), prefix);

let agent;
const log = openSync(join(RUN_DIR, 'lb.log'), 'a');
function start(config) {
	agent = spawn('sara-agent', ['--config', join(RUN_DIR, config)], {stdio: ['ignore', log, log]});
}
function stop() {
	return new Promise((resolve) => {
		agent.once('exit', resolve);
		agent.kill('SIGTERM');
	});
}

const browser = await chromium.launch({executablePath: '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']});
const page = await browser.newPage({viewport: {width: 1280, height: 900}});
page.setDefaultTimeout(PATIENCE);
const wrong = [];
page.on('pageerror', (error) => wrong.push(String(error)));
page.on('console', (message) => {
	// That the agent is gone, refuses, or wants a token is what the browser tells of each request.
	if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
		wrong.push(message.text());
});
const outside = [];
page.on('request', (request) => {
	if (!request.url().startsWith(ADDRESS))
		outside.push(request.url());
});

/** Waits until the element has this text. */
const says = (selector, text) => page.locator(selector).filter({hasText: text}).first().waitFor();
async function shot(name, options = {}) {
	if (SARA_SHOTS)
		await page.screenshot({path: join(SARA_SHOTS, name), ...options});
}
const rows = (id) => page.locator(`#${id} > tbody > tr`);
async function find(text) {
	await page.fill('#text', text);
	await page.press('#text', 'Enter');
}

// ---- nothing there yet -----------------------------------------------------------------------------------------------
start('lb.json');
await (async () => {
	for (const end = Date.now() + PATIENCE; ;) {
		try {
			return await page.goto(ADDRESS);
		} catch (error) {
			if (Date.now() > end)
				throw error;
		}
	}
})();
await check('the page finds the agent', () => says('#connection', 'connected'));
await check('without nodes it says what to do next', () => says('#nodes-hint', 'sara node add'));
await check('without sessions, too', () => says('#found', 'No session yet'));
await check('a head that hears no policy is named', () => says('#heads', '198.18.0.3:7100'));

// ---- nodes come, and are loaded --------------------------------------------------------------------------------------
for (const [name, address, mac] of [['n1', '198.18.0.11', '02:00:00:00:00:11'], ['n2', '198.18.0.12', '02:00:00:00:00:12'],
	['n3', '198.18.0.13', '02:00:00:00:00:13']])
	sara('node', 'add', name, 'addr', address, 'dev', 'eth0', 'mac', mac);
sara('service', 'add', 'sip', 'vip', VIP, 'proto', 'udp', 'port', '5060', 'app', 'sip', 'key', 'call-id', 'scheduler', 'shell',
	'flow-timeout', '10m');
sara('dev', 'add', 'eth0', 'mode', 'dispatch');
await check('nodes appear by themselves', () => says('#nodes', 'n3'));
await check('the hint goes', () => page.locator('#nodes-hint').waitFor({state: 'hidden'}));
await check('a node that is heard is up', () => page.locator('#nodes .word-up').first().waitFor());
await check('its load is told', () => says('#nodes td:nth-child(4)', '%'));
await check('its line is drawn', () => page.waitForFunction(() =>
	[...document.querySelectorAll('#nodes svg path.a')].some((path) => /L/.test(path.getAttribute('d')))));

// ---- sessions --------------------------------------------------------------------------------------------------------
send(5060, 20, 'few');
await check('sessions appear by themselves', () => says('#found', '20 sessions.'));
await check('they are offered', () => page.waitForFunction(() =>
	/L/.test(document.querySelector('#chart-rates path.a').getAttribute('d'))));
await find('few-7@c1');
await check('one is found by its Call-ID', async () => {
	await says('#found', '1 session.');
	return await rows('list').count() === 1 && (await rows('list').innerText()).includes('few-7@c1');
});
await page.click('#list button');
await check('a click opens it', () => says('#details-title', /Session \d+/));
await check('why it is there is told', () => says('#why', 'verdict'));
await check('with its flow', () => says('#flows', '198.18.0.100:5060'));
await page.keyboard.press('Escape');
await check('Escape closes it, and the focus goes back', async () => {
	await page.locator('#details').waitFor({state: 'hidden'});
	return page.evaluate(() => document.activeElement.dataset.session !== undefined);
});
await find('198.18.1.11');
await check('by a client\'s address', () => says('#found', '20 sessions.'));
await find('nobody@nowhere');
await check('what is not there is not found', () => says('#found', 'No session matches.'));
await find('<img src=x>');
await check('markup in a search is text', () => says('#found', 'No session matches.'));
send(5060, 1, '<b>bold</b>');
await find('<b>bold');
await check('markup in a Call-ID is text', async () => {
	await says('#found', '1 session.');
	return await page.locator('#list b').count() === 0 && (await rows('list').innerText()).includes('<b>bold</b>');
});
await page.fill('#text', '');
const node = sara('-j', 'session', 'show') && JSON.parse(sara('-j', 'session', 'show'))[0].node;
await page.selectOption('#node', node);
await check('by node', async () => {
	const there = JSON.parse(sara('-j', 'session', 'show', 'node', node)).length;
	await says('#found', `${there} session`);
	return await rows('list').count() === there;
});
await page.selectOption('#node', '');

// ---- many ------------------------------------------------------------------------------------------------------------
send(5060, 10_000, 'many');
const there = () => JSON.parse(sara('-j', 'service', 'show'))[0].sessions;
await check('there are that many, but for a few that the wire lost', () => there() > 9_500);
await check('of 10,000 sessions the first 100 are shown, and that there are more', async () => {
	await says('#found', 'The first 100 of more');
	return await rows('list').count() === 100;
});
await check('their number is told', () => says('#tiles', there().toLocaleString('en')));
const last = JSON.parse(sara('-j', 'session', 'show')).at(-1)['call-id'];
await find(last);
await check('one of 10,000 is found', () => says('#found', '1 session.'));
await find('few-1');
await check('by a part of its Call-ID, too', () => says('#found', '11 sessions.'));
await find('');
await says('#found', 'The first 100 of more');

// ---- by keyboard, on a phone, in the dark ----------------------------------------------------------------------------
await page.evaluate(() => document.activeElement.blur());
await page.keyboard.press('/');
await check('/ goes to the search', () => page.evaluate(() =>
	document.activeElement.id === 'text' && document.activeElement.value === ''));
await page.keyboard.press('Tab');
await check('Tab goes on, and shows where', () => page.evaluate(() => {
	const style = getComputedStyle(document.activeElement);
	return document.activeElement.id === 'node' && style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
}));
await check('tables have captions, headings their order, fields their labels', () => page.evaluate(() => {
	const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map((heading) => Number(heading.tagName[1]));
	return [...document.querySelectorAll('table')].every((table) => table.caption?.textContent) &&
		levels.every((level, i) => i === 0 ? level === 1 : level <= levels[i - 1] + 1) &&
		[...document.querySelectorAll('input,select')].every((field) => field.labels.length > 0) &&
		[...document.querySelectorAll('svg')].every((svg) => svg.getAttribute('aria-label'));
}));
await page.evaluate(() => {
	document.activeElement.blur();
	scrollTo(0, 0);
});
await says('#connection', 'connected');
await shot('light.png');

/** Of what is seen on the page the lowest contrast of a text to its ground (WCAG 2.1). */
const contrast = () => page.evaluate(() => {
	const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const ground = (element) => {
		for (; element; element = element.parentElement) {
			const colour = numbers(getComputedStyle(element).backgroundColor);
			if (colour.length === 3 || colour[3] > 0)
				return colour;
		}
		return [255, 255, 255];
	};
	return Math.min(...[...document.querySelectorAll('main *, header *')].filter((element) => element.offsetParent &&
		[...element.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.textContent.trim()))
		.map((element) => {
			const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
			return (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		}));
});
const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const bright = await ground();
await check('all text can be read', async () => await contrast() >= 4.5);
await page.emulateMedia({colorScheme: 'dark'});
await check('dark is dark, and can be read', async () => await ground() !== bright && await contrast() >= 4.5);
await shot('dark.png');
await page.emulateMedia({colorScheme: 'light'});
await page.setViewportSize({width: 375, height: 812});
await check('a phone shows it without moving it sideways', () => page.evaluate(() =>
	document.documentElement.scrollWidth <= innerWidth && document.querySelector('#nodes').offsetWidth <= innerWidth));
await shot('phone.png');
await page.setViewportSize({width: 1280, height: 900});

// ---- the agent goes, and comes back ----------------------------------------------------------------------------------
await stop();
await check('that the agent is gone is said, and since when', () => says('#connection', /does not answer since \d+:\d+/));
await check('what is shown is marked as old', () => page.locator('#page.old').waitFor());
start('lb.json');
await check('it goes on by itself when the agent is back', () => says('#connection', 'connected'));
await check('and is not old any more', () => page.locator('#page:not(.old)').waitFor());
await check('with the sessions that there are', () => says('#tiles', there().toLocaleString('en')));
sara('node', 'drain', 'n1');
await check('a drained node is told as such', () => says('#nodes', 'drain'));

// ---- for others: with a token ----------------------------------------------------------------------------------------
await stop();
start('guarded.json');
await check('the token is asked for', () => page.locator('#token').waitFor());
await check('and nothing is shown', () => page.locator('#page').waitFor({state: 'hidden'}));
await page.fill('#token-text', '8'.repeat(64));
await page.click('#token button');
await check('another token is refused', () => page.locator('#token-refused').waitFor());
await page.fill('#token-text', readFileSync(join(RUN_DIR, 'token'), 'utf8').trim());
await page.press('#token-text', 'Enter');
await check('the right one is taken', () => says('#connection', 'connected'));
await page.reload();
await check('and kept for this tab', () => says('#connection', 'connected'));
await check('another tab is asked for it', async () => {
	const other = await (await browser.newContext()).newPage();
	other.setDefaultTimeout(PATIENCE);
	await other.goto(ADDRESS);
	await other.locator('#token').waitFor();
	return await other.locator('#page').isHidden();
});

// ---- what holds throughout -------------------------------------------------------------------------------------------
await check('nothing was loaded from elsewhere', () => outside.length === 0 || (console.log(outside), false));
await check('the browser had nothing to complain of', () => wrong.length === 0 || (console.log(wrong), false));
await browser.close();
await stop();
process.exit(failed ? 1 : 0);
